#include <cmath>
#include <vector>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// All heads of one position; y may be x.
TRAINYARD_SIMD_CLONES void turnHeads(const float *x, std::size_t heads, std::size_t half, const float *cosines, const float *sines, float *y)
{
    for (std::size_t h = 0; h < heads; ++h, x += 2 * half, y += 2 * half) {
#pragma omp simd
        for (std::size_t i = 0; i < half; ++i) {
            const float a = x[i], b = x[half + i];
            y[i] = a * cosines[i] - b * sines[i];
            y[half + i] = b * cosines[i] + a * sines[i];
        }
    }
}

// Cosines and sines of each position's angles: [positions][cosine, sine][half].
std::vector<float> angleTable(const RotaryAttributes &a, std::int64_t positions)
{
    const std::int64_t half = a.headSize / 2;
    std::vector<float> table(static_cast<std::size_t>(positions * a.headSize));
    for (std::int64_t p = 0; p < positions; ++p)
        for (std::int64_t i = 0; i < half; ++i) {
            const double angle = static_cast<double>(p) * std::pow(static_cast<double>(a.base), -2.0 * static_cast<double>(i) / static_cast<double>(a.headSize));
            table[static_cast<std::size_t>(p * a.headSize + i)] = static_cast<float>(std::cos(angle));
            table[static_cast<std::size_t>(p * a.headSize + half + i)] = static_cast<float>(a.inverse ? -std::sin(angle) : std::sin(angle));
        }
    return table;
}

}  // namespace

std::unique_ptr<Step> makeRotary(StepRequest &request)
{
    const RotaryAttributes a = request.attributes<RotaryAttributes>();
    const Shape &shape = request.inputShape(0);
    const auto positions = static_cast<std::size_t>(shape[1]), rows = static_cast<std::size_t>(shape[0]) * positions;
    const auto width = static_cast<std::size_t>(shape.back()), half = static_cast<std::size_t>(a.headSize / 2);
    return makeLoop([op = request.op, threads = request.threads, positions, rows, width, half,
                     table = angleTable(a, shape[1])](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *y = memory.at<float>(op.outputs[0]);
        forPieces(rows, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r) {
                const float *angles = table.data() + r % positions * 2 * half;
                turnHeads(x + r * width, width / (2 * half), half, angles, angles + half, y + r * width);
            }
        });
    });
}

}  // namespace trainyard::cpu
