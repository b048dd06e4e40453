#include <cmath>

#include "engine/backends/cpu/lane_sums.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// The sum of squares is made of one part per piece, so that it does not depend on the number of threads.
constexpr std::size_t kPieceElements = 1 << 14;

struct Piece {
    ValueId gradient;
    std::size_t begin, count;
};

// Comparisons that are false of what is not a number, so that it stays.
TRAINYARD_SIMD_CLONES void clamp(float *g, std::size_t count, float most)
{
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const float lower = g[i] > most ? most : g[i];
        g[i] = lower < -most ? -most : lower;
    }
}

// In double: the squares of gradients that explode leave float32's range.
TRAINYARD_SIMD_CLONES double sumOfSquares(const float *g, std::size_t count)
{
    double lanes[kSumLanes] = {};
    const std::size_t whole = count / kSumLanes * kSumLanes;
    for (std::size_t i = 0; i < whole; i += kSumLanes)
#pragma omp simd
        for (std::size_t k = 0; k < kSumLanes; ++k)
            lanes[k] += static_cast<double>(g[i + k]) * static_cast<double>(g[i + k]);
    for (std::size_t i = whole; i < count; ++i)
        lanes[i - whole] += static_cast<double>(g[i]) * static_cast<double>(g[i]);
    return addLanes(lanes);
}

TRAINYARD_SIMD_CLONES void scale(float *g, std::size_t count, float factor)
{
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        g[i] *= factor;
}

template <typename Function>
void forEachPiece(const std::vector<Piece> &pieces, int threads, Function function)
{
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (std::size_t p = 0; p < pieces.size(); ++p)
        function(p);
}

}  // namespace

std::unique_ptr<Step> makeClipGradients(StepRequest &request)
{
    const auto a = request.attributes<ClipAttributes>();
    std::vector<Piece> pieces;
    std::size_t elements = 0;
    for (std::size_t i = 0; i < request.op.inputs.size(); ++i) {
        const auto count = static_cast<std::size_t>(request.inputShape(i).elements());
        elements += count;
        for (std::size_t begin = 0; begin < count; begin += kPieceElements)
            pieces.push_back({request.op.inputs[i], begin, std::min(kPieceElements, count - begin)});
    }
    request.scratchBytes = pieces.size() * sizeof(double);
    return makeLoop([a, pieces, threads = elements < kSmallUpdate ? 1 : request.threads](const StepMemory &memory) {
        const auto gradient = [&](const Piece &piece) { return memory.at<float>(piece.gradient) + piece.begin; };
        auto *sums = reinterpret_cast<double *>(memory.scratch);
        forEachPiece(pieces, threads, [&](std::size_t p) {
            float *g = gradient(pieces[p]);
            if (a.maxValue > 0)
                clamp(g, pieces[p].count, a.maxValue);
            if (a.maxNorm > 0)
                sums[p] = sumOfSquares(g, pieces[p].count);
        });
        if (a.maxNorm <= 0)
            return;
        double total = 0;
        for (std::size_t p = 0; p < pieces.size(); ++p)
            total += sums[p];
        const auto factor = static_cast<float>(static_cast<double>(a.maxNorm) / (std::sqrt(total) + 1e-6));
        if (factor >= 1.0f)
            return;
        forEachPiece(pieces, threads, [&](std::size_t p) { scale(gradient(pieces[p]), pieces[p].count, factor); });
    });
}

}  // namespace trainyard::cpu
