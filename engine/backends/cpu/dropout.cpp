#include "engine/backends/cpu/step.h"
#include "engine/base/philox.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeDropout(StepRequest &request)
{
    const auto attributes = request.attributes<DropoutAttributes>();
    const auto count = static_cast<std::size_t>(request.outputShape().elements());
    return makeLoop([op = request.op, attributes, count, threads = request.threads](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *y = memory.at<float>(op.outputs[0]);
        const float scale = attributes.rate < 1.0f ? 1.0f / (1.0f - attributes.rate) : 0.0f;
        const std::uint64_t seed = memory.scalars->seed;
        const auto step = static_cast<std::uint32_t>(memory.scalars->step);
        forPieces(count, threads, [=](std::size_t begin, std::size_t end) {
            // Pieces begin at multiples of four, as the generator's blocks do.
            for (std::size_t i = begin; i < end; i += 4) {
                const Philox4 bits = philox(seed, {static_cast<std::uint32_t>(i / 4), step, attributes.key,
                                                   static_cast<std::uint32_t>(RandomStream::Dropout)});
                for (std::size_t k = i; k < std::min(i + 4, end); ++k)
                    y[k] = philoxUniform(bits[k - i]) >= attributes.rate ? x[k] * scale : 0.0f;
            }
        });
    });
}

}  // namespace trainyard::cpu
