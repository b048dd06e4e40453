#include <cstring>

#include "engine/backends/cpu/step.h"
#include "engine/ops/strided_axes.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makePermute(StepRequest &request)
{
    std::vector<StridedAxis> axes = permutedAxes(request.inputShape(0), request.attributes<PermuteAttributes>().order);
    const StridedAxis last = axes.back();
    axes.pop_back();
    const auto rowLength = static_cast<std::size_t>(last.length);
    const std::size_t rows = static_cast<std::size_t>(request.outputShape().elements()) / rowLength;
    return makeLoop([op = request.op, threads = request.threads, axes, last, rows, rowLength](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *y = memory.at<float>(op.outputs[0]);
        forPieces(rows, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t row = begin; row < end; ++row) {
                std::int64_t offset = 0, left = static_cast<std::int64_t>(row);
                for (std::size_t k = axes.size(); k-- > 0;) {
                    offset += left % axes[k].length * axes[k].stride;
                    left /= axes[k].length;
                }
                float *to = y + row * rowLength;
                if (last.stride == 1)
                    std::memcpy(to, x + offset, rowLength * sizeof(float));
                else
                    for (std::int64_t i = 0; i < last.length; ++i)
                        to[i] = x[offset + i * last.stride];
            }
        });
    });
}

}  // namespace trainyard::cpu
