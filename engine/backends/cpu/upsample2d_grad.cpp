#include <algorithm>

#include "engine/backends/cpu/row_loops.h"
#include "engine/backends/cpu/step.h"
#include "engine/ops/upsampling.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeUpsample2dGrad(StepRequest &request)
{
    const auto upsample = request.attributes<UpsampleAttributes>();
    const Shape in = request.outputShape(), out = request.inputShape(0);
    return makeLoop([=, op = request.op, threads = request.threads](const StepMemory &memory) {
        const float *dy = memory.at<float>(op.inputs[0]);
        float *dx = memory.at<float>(op.outputs[0]);
        const auto channels = static_cast<std::size_t>(in[3]);
        const auto share = [&](std::int64_t o, std::int64_t factor, std::int64_t sources, std::int64_t i) {
            return upsample.bilinear ? bilinearShare(o, factor, sources, i) : 1.0f;
        };
        forPieces(static_cast<std::size_t>(in[0] * in[1]), threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t row = begin; row < end; ++row) {
                const std::int64_t image = static_cast<std::int64_t>(row) / in[1], i = static_cast<std::int64_t>(row) % in[1];
                const UpsampledRange rows = upsampledRange(i, upsample.factorH, in[1], upsample.bilinear);
                float *to = dx + row * static_cast<std::size_t>(in[2]) * channels;
                for (std::int64_t j = 0; j < in[2]; ++j, to += channels) {
                    const UpsampledRange columns = upsampledRange(j, upsample.factorW, in[2], upsample.bilinear);
                    std::fill_n(to, channels, 0.0f);
                    for (std::int64_t h = rows.begin; h < rows.end; ++h)
                        for (std::int64_t w = columns.begin; w < columns.end; ++w) {
                            const float part = share(h, upsample.factorH, in[1], i) * share(w, upsample.factorW, in[2], j);
                            if (part != 0.0f)
                                addShare(dy + static_cast<std::size_t>((image * out[1] + h) * out[2] + w) * channels, part, channels, to);
                        }
                }
            }
        });
    });
}

}  // namespace trainyard::cpu
