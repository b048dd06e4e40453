#include <algorithm>
#include <cstring>

#include "engine/backends/cpu/step.h"
#include "engine/ops/axis_run.h"
#include "engine/ops/padding.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makePad(StepRequest &request)
{
    const auto pad = request.attributes<PadAttributes>();
    const AxisRun x = axisRun(request.inputShape(0), pad.axis);
    const auto outer = static_cast<std::size_t>(x.outer), inner = static_cast<std::size_t>(x.inner);
    const std::int64_t all = pad.before + x.length + pad.after;
    return makeLoop([=, op = request.op, threads = request.threads](const StepMemory &memory) {
        const float *from = memory.at<float>(op.inputs[0]);
        float *to = memory.at<float>(op.outputs[0]);
        forPieces(outer, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t o = begin; o < end; ++o) {
                const float *entries = from + o * static_cast<std::size_t>(x.length) * inner;
                float *padded = to + o * static_cast<std::size_t>(all) * inner;
                const auto fill = [&](std::int64_t first, std::int64_t last) {
                    for (std::int64_t i = first; i < last; ++i) {
                        const std::int64_t source = paddedSource(i, pad.before, x.length, pad.mode);
                        float *entry = padded + static_cast<std::size_t>(i) * inner;
                        if (source == kNoEntry)
                            std::fill_n(entry, inner, pad.value);
                        else
                            std::copy_n(entries + static_cast<std::size_t>(source) * inner, inner, entry);
                    }
                };
                fill(0, pad.before);
                std::memcpy(padded + static_cast<std::size_t>(pad.before) * inner, entries, static_cast<std::size_t>(x.length) * inner * sizeof(float));
                fill(pad.before + x.length, all);
            }
        });
    });
}

}  // namespace trainyard::cpu
