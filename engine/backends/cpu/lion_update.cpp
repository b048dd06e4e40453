#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

struct Rule {
    float rate, beta1, beta2, shrink;
};

TRAINYARD_SIMD_CLONES void update(float *w, const float *g, float *m, std::size_t begin, std::size_t end, const Rule &rule)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i) {
        const float direction = rule.beta1 * m[i] + (1.0f - rule.beta1) * g[i];
        // What is not a number shall show.
        const float sign = direction > 0.0f ? 1.0f : direction < 0.0f ? -1.0f : direction;
        w[i] = rule.shrink * w[i] - rule.rate * sign;
        m[i] = rule.beta2 * m[i] + (1.0f - rule.beta2) * g[i];
    }
}

}  // namespace

std::unique_ptr<Step> makeLionUpdate(StepRequest &request)
{
    const auto a = request.attributes<LionAttributes>();
    return makeLoop([a, tensors = UpdatedTensors(request)](const StepMemory &memory) {
        if (tensors.skipped(memory))
            return;
        const float rate = memory.scalars->learningRate * a.rateFactor;
        const Rule rule{rate, a.beta1, a.beta2, 1.0f - rate * a.weightDecay};
        tensors.forEach(memory, [&](const auto &arrays, std::size_t begin, std::size_t end) {
            update(arrays[0], arrays[1], arrays[2], begin, end, rule);
        });
    });
}

}  // namespace trainyard::cpu
