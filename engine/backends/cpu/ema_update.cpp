#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

TRAINYARD_SIMD_CLONES void update(const float *value, float *average, std::size_t begin, std::size_t end, float decay)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i)
        average[i] = decay * average[i] + (1.0f - decay) * value[i];
}

}  // namespace

std::unique_ptr<Step> makeEmaUpdate(StepRequest &request)
{
    const auto a = request.attributes<EmaAttributes>();
    return makeLoop([a, tensors = UpdatedTensors(request)](const StepMemory &memory) {
        const auto t = static_cast<float>(memory.scalars->step);
        const float decay = std::min(a.decay, (1.0f + t) / (10.0f + t));
        tensors.forEach(memory, [&](const auto &arrays, std::size_t begin, std::size_t end) { update(arrays[0], arrays[1], begin, end, decay); });
    });
}

}  // namespace trainyard::cpu
