#include <cmath>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

struct Rule {
    float rate, alpha, epsilon, momentum, decay;
};

// v: null without momentum; m: null where not centered.
TRAINYARD_SIMD_CLONES void update(float *w, const float *g, float *s, float *v, float *m, std::size_t begin, std::size_t end, const Rule &rule)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i) {
        const float gradient = g[i] + rule.decay * w[i];
        s[i] = rule.alpha * s[i] + (1.0f - rule.alpha) * gradient * gradient;
        float variance = s[i];
        if (m) {
            m[i] = rule.alpha * m[i] + (1.0f - rule.alpha) * gradient;
            // Never below zero but by rounding.
            variance = std::fmax(s[i] - m[i] * m[i], 0.0f);
        }
        float step = gradient / (std::sqrt(variance) + rule.epsilon);
        if (v)
            step = v[i] = rule.momentum * v[i] + step;
        w[i] -= rule.rate * step;
    }
}

}  // namespace

std::unique_ptr<Step> makeRmspropUpdate(StepRequest &request)
{
    const auto a = request.attributes<RmspropAttributes>();
    return makeLoop([a, tensors = UpdatedTensors(request)](const StepMemory &memory) {
        if (tensors.skipped(memory))
            return;
        const Rule rule{memory.scalars->learningRate * a.rateFactor, a.alpha, a.epsilon, a.momentum, a.weightDecay};
        tensors.forEach(memory, [&](const auto &arrays, std::size_t begin, std::size_t end) {
            update(arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], begin, end, rule);
        });
    });
}

}  // namespace trainyard::cpu
