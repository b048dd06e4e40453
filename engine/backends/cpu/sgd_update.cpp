#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

struct Rule {
    float rate, momentum, decay;
    bool nesterov;
};

TRAINYARD_SIMD_CLONES void update(float *w, const float *g, float *v, std::size_t begin, std::size_t end, const Rule &rule)
{
    if (!v) {
#pragma omp simd
        for (std::size_t i = begin; i < end; ++i)
            w[i] -= rule.rate * (g[i] + rule.decay * w[i]);
    } else if (rule.nesterov) {
#pragma omp simd
        for (std::size_t i = begin; i < end; ++i) {
            const float gradient = g[i] + rule.decay * w[i];
            v[i] = rule.momentum * v[i] + gradient;
            w[i] -= rule.rate * (gradient + rule.momentum * v[i]);
        }
    } else {
#pragma omp simd
        for (std::size_t i = begin; i < end; ++i) {
            v[i] = rule.momentum * v[i] + (g[i] + rule.decay * w[i]);
            w[i] -= rule.rate * v[i];
        }
    }
}

}  // namespace

std::unique_ptr<Step> makeSgdUpdate(StepRequest &request)
{
    const auto a = request.attributes<SgdAttributes>();
    return makeLoop([a, tensors = UpdatedTensors(request)](const StepMemory &memory) {
        if (tensors.skipped(memory))
            return;
        const Rule rule{memory.scalars->learningRate * a.rateFactor, a.momentum, a.weightDecay, a.nesterov};
        tensors.forEach(memory, [&](const auto &arrays, std::size_t begin, std::size_t end) { update(arrays[0], arrays[1], arrays[2], begin, end, rule); });
    });
}

}  // namespace trainyard::cpu
