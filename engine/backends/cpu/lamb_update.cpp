#include <cmath>

#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_pieces.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

struct Rule {
    float rate, beta1, beta2, epsilon, decay;
    float correction1, correction2;  // 1 / (1 - beta1^t), 1 / sqrt(1 - beta2^t)
};

[[gnu::always_inline]] inline float stepOf(float w, float m, float v, const Rule &rule)
{
    return m * rule.correction1 / (std::sqrt(v) * rule.correction2 + rule.epsilon) + rule.decay * w;
}

// Moves the moments of one element; returns the square of its step.
[[gnu::always_inline]] inline double moveMoment(float w, float g, float &m, float &v, const Rule &rule)
{
    m = rule.beta1 * m + (1.0f - rule.beta1) * g;
    v = rule.beta2 * v + (1.0f - rule.beta2) * g * g;
    const auto step = static_cast<double>(stepOf(w, m, v, rule));
    return step * step;
}

// Returns the sum of the squares of the step.
TRAINYARD_SIMD_CLONES double moveMoments(const float *w, const float *g, float *m, float *v, std::size_t count, const Rule &rule)
{
    double lanes[kSumLanes] = {};
    const std::size_t whole = count / kSumLanes * kSumLanes;
    for (std::size_t i = 0; i < whole; i += kSumLanes)
#pragma omp simd
        for (std::size_t k = 0; k < kSumLanes; ++k)
            lanes[k] += moveMoment(w[i + k], g[i + k], m[i + k], v[i + k], rule);
    for (std::size_t i = whole; i < count; ++i)
        lanes[i - whole] += moveMoment(w[i], g[i], m[i], v[i], rule);
    return addLanes(lanes);
}

TRAINYARD_SIMD_CLONES void go(float *w, const float *m, const float *v, std::size_t count, float ratio, const Rule &rule)
{
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        w[i] -= rule.rate * ratio * stepOf(w[i], m[i], v[i], rule);
}

struct Norms {
    double weights, step;  // sums of squares, of a piece
};

}  // namespace

std::unique_ptr<Step> makeLambUpdate(StepRequest &request)
{
    const auto a = request.attributes<LambAttributes>();
    const std::vector<ValueId> inputs = request.op.inputs;
    std::vector<std::size_t> counts;
    std::size_t elements = 0;
    for (std::size_t i = 0; i + 4 <= inputs.size(); i += 4) {
        counts.push_back(static_cast<std::size_t>(request.inputShape(i).elements()));
        elements += counts.back();
    }
    const std::vector<Piece> pieces = piecesOf(counts);
    request.scratchBytes = pieces.size() * sizeof(Norms) + counts.size() * sizeof(float);
    const int threads = elements < kSmallUpdate ? 1 : request.threads;
    return makeLoop([a, inputs, tensors = counts.size(), pieces, threads, updated = UpdatedTensors(request)](const StepMemory &memory) {
        if (updated.skipped(memory))
            return;
        const double t = static_cast<double>(memory.scalars->step) + 1.0;
        const Rule rule{memory.scalars->learningRate * a.rateFactor, a.beta1, a.beta2, a.epsilon, a.weightDecay,
                        static_cast<float>(1.0 / (1.0 - std::pow(static_cast<double>(a.beta1), t))),
                        static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(static_cast<double>(a.beta2), t)))};
        const auto at = [&](const Piece &piece, std::size_t array) { return memory.at<float>(inputs[4 * piece.tensor + array]) + piece.begin; };
        auto *norms = reinterpret_cast<Norms *>(memory.scratch);
        auto *ratios = reinterpret_cast<float *>(norms + pieces.size());
        forEachPiece(pieces, threads, [&](std::size_t p) {
            const Piece &piece = pieces[p];
            norms[p].weights = sumOfSquares(at(piece, 0), piece.count);
            norms[p].step = moveMoments(at(piece, 0), at(piece, 1), at(piece, 2), at(piece, 3), piece.count, rule);
        });
        for (std::size_t tensor = 0, p = 0; tensor < tensors; ++tensor) {
            double weights = 0, step = 0;
            for (; p < pieces.size() && pieces[p].tensor == tensor; ++p) {
                weights += norms[p].weights;
                step += norms[p].step;
            }
            ratios[tensor] = weights == 0 || step == 0 ? 1.0f : static_cast<float>(std::sqrt(weights / step));
        }
        forEachPiece(pieces, threads, [&](std::size_t p) {
            const Piece &piece = pieces[p];
            go(at(piece, 0), at(piece, 2), at(piece, 3), piece.count, ratios[piece.tensor], rule);
        });
    });
}

}  // namespace trainyard::cpu
