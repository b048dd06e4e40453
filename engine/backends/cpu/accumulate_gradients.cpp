#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

TRAINYARD_SIMD_CLONES void addUp(const float *gradient, float *sum, std::size_t begin, std::size_t end)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i)
        sum[i] += gradient[i];
}

TRAINYARD_SIMD_CLONES void finish(float *gradient, float *sum, std::size_t begin, std::size_t end, float share)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i) {
        gradient[i] = (sum[i] + gradient[i]) * share;
        sum[i] = 0.0f;
    }
}

}  // namespace

std::unique_ptr<Step> makeAccumulateGradients(StepRequest &request)
{
    const auto a = request.attributes<AccumulateAttributes>();
    return makeLoop([a, tensors = UpdatedTensors(request)](const StepMemory &memory) {
        const float share = 1.0f / static_cast<float>(a.count);
        tensors.forEach(memory, [&](const auto &arrays, std::size_t begin, std::size_t end) {
            if (a.last)
                finish(arrays[0], arrays[1], begin, end, share);
            else
                addUp(arrays[0], arrays[1], begin, end);
        });
    });
}

}  // namespace trainyard::cpu
