#include <cmath>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

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
    std::vector<std::size_t> counts;
    for (std::size_t i = 0; i + 3 < request.op.inputs.size(); i += 4)
        counts.push_back(static_cast<std::size_t>(request.inputShape(i).elements()));
    const ValueId lossScale = request.op.inputs.size() % 4 == 1 ? request.op.inputs.back() : kNoValue;
    return makeLoop([op = request.op, a, counts, lossScale, threads = request.threads](const StepMemory &memory) {
        if (const float *state = memory.at<float>(lossScale); state && state[2] != 0.0f)
            return;  // a gradient was not finite
        const double t = static_cast<double>(memory.scalars->step) + 1.0;
        const float rate = memory.scalars->learningRate;
        const Rule rule{rate, a.beta1, a.beta2, a.epsilon, a.weightDecay,
                        static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(static_cast<double>(a.beta2), t))),
                        static_cast<float>(rate / (1.0 - std::pow(static_cast<double>(a.beta1), t))), a.decoupled};
        for (std::size_t p = 0; p < counts.size(); ++p) {
            float *w = memory.at<float>(op.inputs[4 * p]);
            const float *g = memory.at<float>(op.inputs[4 * p + 1]);
            float *m = memory.at<float>(op.inputs[4 * p + 2]), *v = memory.at<float>(op.inputs[4 * p + 3]);
            forPieces(counts[p], counts[p] < kSmallUpdate ? 1 : threads,
                      [&](std::size_t begin, std::size_t end) { update(w, g, m, v, begin, end, rule); });
        }
    });
}

}  // namespace trainyard::cpu
