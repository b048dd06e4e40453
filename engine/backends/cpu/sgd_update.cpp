#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

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
    const auto attributes = request.attributes<SgdAttributes>();
    std::vector<std::size_t> counts;
    for (std::size_t i = 0; i + 2 < request.op.inputs.size(); i += 3)
        counts.push_back(static_cast<std::size_t>(request.inputShape(i).elements()));
    const ValueId lossScale = request.op.inputs.size() % 3 == 1 ? request.op.inputs.back() : kNoValue;
    return makeLoop([op = request.op, attributes, counts, lossScale, threads = request.threads](const StepMemory &memory) {
        if (const float *state = memory.at<float>(lossScale); state && state[2] != 0.0f)
            return;  // a gradient was not finite
        const Rule rule{memory.scalars->learningRate, attributes.momentum, attributes.weightDecay, attributes.nesterov};
        for (std::size_t p = 0; p < counts.size(); ++p) {
            float *w = memory.at<float>(op.inputs[3 * p]), *v = memory.at<float>(op.inputs[3 * p + 2]);
            const float *g = memory.at<float>(op.inputs[3 * p + 1]);
            forPieces(counts[p], counts[p] < kSmallUpdate ? 1 : threads,
                      [&](std::size_t begin, std::size_t end) { update(w, g, v, begin, end, rule); });
        }
    });
}

}  // namespace trainyard::cpu
