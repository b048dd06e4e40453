#include <cmath>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

struct Rule {
    float rate, beta1, beta2, epsilon, decay;
    float correction2;  // 1 / sqrt(1 - beta2^t)
    float stepSize;     // rate / (1 - beta1^t)
    bool decoupled;
};

TRAINYARD_SIMD_CLONES void update(float *w, const float *g, float *m, float *v, std::size_t begin, std::size_t end, const Rule &rule)
{
    const float shrink = rule.decoupled ? 1.0f - rule.rate * rule.decay : 1.0f;
    const float decay = rule.decoupled ? 0.0f : rule.decay;
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i) {
        const float gradient = g[i] + decay * w[i];
        m[i] = rule.beta1 * m[i] + (1.0f - rule.beta1) * gradient;
        v[i] = rule.beta2 * v[i] + (1.0f - rule.beta2) * gradient * gradient;
        w[i] = shrink * w[i] - rule.stepSize * m[i] / (std::sqrt(v[i]) * rule.correction2 + rule.epsilon);
    }
}

}  // namespace

std::unique_ptr<Step> makeAdamUpdate(StepRequest &request)
{
    const auto a = request.attributes<AdamAttributes>();
    return makeLoop([a, tensors = UpdatedTensors(request)](const StepMemory &memory) {
        if (tensors.skipped(memory))
            return;
        const double t = static_cast<double>(memory.scalars->step) + 1.0;
        const float rate = memory.scalars->learningRate * a.rateFactor;
        const Rule rule{rate, a.beta1, a.beta2, a.epsilon, a.weightDecay,
                        static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(static_cast<double>(a.beta2), t))),
                        static_cast<float>(rate / (1.0 - std::pow(static_cast<double>(a.beta1), t))), a.decoupled};
        tensors.forEach(memory, [&](const auto &arrays, std::size_t begin, std::size_t end) {
            update(arrays[0], arrays[1], arrays[2], arrays[3], begin, end, rule);
        });
    });
}

}  // namespace trainyard::cpu
