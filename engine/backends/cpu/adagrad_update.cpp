#include <cmath>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

struct Rule {
    float rate, epsilon, decay;
};

TRAINYARD_SIMD_CLONES void update(float *w, const float *g, float *s, std::size_t begin, std::size_t end, const Rule &rule)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i) {
        const float gradient = g[i] + rule.decay * w[i];
        s[i] += gradient * gradient;
        w[i] -= rule.rate * gradient / (std::sqrt(s[i]) + rule.epsilon);
    }
}

}  // namespace

std::unique_ptr<Step> makeAdagradUpdate(StepRequest &request)
{
    const auto a = request.attributes<AdagradAttributes>();
    return makeLoop([a, tensors = UpdatedTensors(request)](const StepMemory &memory) {
        if (tensors.skipped(memory))
            return;
        const float slowed = 1.0f + a.rateDecay * static_cast<float>(memory.scalars->step);
        const Rule rule{memory.scalars->learningRate * a.rateFactor / slowed, a.epsilon, a.weightDecay};
        tensors.forEach(memory, [&](const auto &arrays, std::size_t begin, std::size_t end) {
            update(arrays[0], arrays[1], arrays[2], begin, end, rule);
        });
    });
}

}  // namespace trainyard::cpu
