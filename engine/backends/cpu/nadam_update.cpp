#include <cmath>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

struct Rule {
    float beta1, beta2, epsilon, decay, shrink;
    float correction2;                 // 1 / sqrt(1 - beta2^t)
    float gradientStep, momentStep;    // the learning rate times what the gradient and the first moment count for
};

TRAINYARD_SIMD_CLONES void update(float *w, const float *g, float *m, float *v, std::size_t begin, std::size_t end, const Rule &rule)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i) {
        const float gradient = g[i] + rule.decay * w[i];
        m[i] = rule.beta1 * m[i] + (1.0f - rule.beta1) * gradient;
        v[i] = rule.beta2 * v[i] + (1.0f - rule.beta2) * gradient * gradient;
        const float step = rule.gradientStep * gradient + rule.momentStep * m[i];
        w[i] = rule.shrink * w[i] - step / (std::sqrt(v[i]) * rule.correction2 + rule.epsilon);
    }
}

double momentumAt(const NadamAttributes &a, double t)
{
    return static_cast<double>(a.beta1) * (1.0 - 0.5 * std::pow(0.96, t * static_cast<double>(a.momentumDecay)));
}

}  // namespace

std::unique_ptr<Step> makeNadamUpdate(StepRequest &request)
{
    const auto a = request.attributes<NadamAttributes>();
    const std::size_t tensors = request.op.inputs.size() / 4;
    const ValueId schedule = request.op.inputs[4 * tensors];
    return makeLoop([a, schedule, tensors = UpdatedTensors(request, 1)](const StepMemory &memory) {
        if (tensors.skipped(memory))
            return;
        const double t = static_cast<double>(memory.scalars->step) + 1.0;
        const double now = momentumAt(a, t), next = momentumAt(a, t + 1);
        float *rest = memory.at<float>(schedule);  // 1 - the product of all momenta so far
        *rest = static_cast<float>(1.0 - (1.0 - static_cast<double>(*rest)) * now);
        const double product = 1.0 - static_cast<double>(*rest);
        const float rate = memory.scalars->learningRate * a.rateFactor;
        const Rule rule{a.beta1, a.beta2, a.epsilon, a.decoupled ? 0.0f : a.weightDecay, a.decoupled ? 1.0f - rate * a.weightDecay : 1.0f,
                        static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(static_cast<double>(a.beta2), t))),
                        static_cast<float>(static_cast<double>(rate) * (1.0 - now) / static_cast<double>(*rest)),
                        static_cast<float>(static_cast<double>(rate) * next / (1.0 - product * next))};
        tensors.forEach(memory, [&](const auto &arrays, std::size_t begin, std::size_t end) {
            update(arrays[0], arrays[1], arrays[2], arrays[3], begin, end, rule);
        });
    });
}

}  // namespace trainyard::cpu
