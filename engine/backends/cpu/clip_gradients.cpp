#include <cmath>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_pieces.h"

namespace trainyard::cpu {

namespace {

// Comparisons that are false of what is not a number, so that it stays.
TRAINYARD_SIMD_CLONES void clamp(float *g, std::size_t count, float most)
{
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const float lower = g[i] > most ? most : g[i];
        g[i] = lower < -most ? -most : lower;
    }
}

TRAINYARD_SIMD_CLONES void scale(float *g, std::size_t count, float factor)
{
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        g[i] *= factor;
}

}  // namespace

std::unique_ptr<Step> makeClipGradients(StepRequest &request)
{
    const auto a = request.attributes<ClipAttributes>();
    std::vector<std::size_t> counts;
    std::size_t elements = 0;
    for (std::size_t i = 0; i < request.op.inputs.size(); ++i) {
        counts.push_back(static_cast<std::size_t>(request.inputShape(i).elements()));
        elements += counts.back();
    }
    const std::vector<Piece> pieces = piecesOf(counts);
    request.scratchBytes = pieces.size() * sizeof(double);
    return makeLoop([a, gradients = request.op.inputs, pieces, threads = elements < kSmallUpdate ? 1 : request.threads](const StepMemory &memory) {
        const auto gradient = [&](const Piece &piece) { return memory.at<float>(gradients[piece.tensor]) + piece.begin; };
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
