#include <cstring>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"
#include "engine/ops/upsampling.h"

namespace trainyard::cpu {

namespace {

TRAINYARD_SIMD_CLONES void blend(const float *topLeft, const float *topRight, const float *bottomLeft, const float *bottomRight, float down, float right,
                                 std::size_t channels, float *y)
{
#pragma omp simd
    for (std::size_t c = 0; c < channels; ++c) {
        const float top = topLeft[c] + right * (topRight[c] - topLeft[c]), bottom = bottomLeft[c] + right * (bottomRight[c] - bottomLeft[c]);
        y[c] = top + down * (bottom - top);
    }
}

}  // namespace

std::unique_ptr<Step> makeUpsample2d(StepRequest &request)
{
    const auto upsample = request.attributes<UpsampleAttributes>();
    const Shape in = request.inputShape(0), out = request.outputShape();
    return makeLoop([=, op = request.op, threads = request.threads](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *y = memory.at<float>(op.outputs[0]);
        const auto channels = static_cast<std::size_t>(in[3]);
        // A piece is some rows of pixels of the result.
        forPieces(static_cast<std::size_t>(out[0] * out[1]), threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t row = begin; row < end; ++row) {
                const std::int64_t image = static_cast<std::int64_t>(row) / out[1], i = static_cast<std::int64_t>(row) % out[1];
                const BilinearTap down = bilinearTap(i, upsample.factorH, in[1]);
                const auto pixel = [&](std::int64_t h, std::int64_t w) { return x + static_cast<std::size_t>((image * in[1] + h) * in[2] + w) * channels; };
                float *to = y + row * static_cast<std::size_t>(out[2]) * channels;
                for (std::int64_t j = 0; j < out[2]; ++j, to += channels) {
                    if (!upsample.bilinear) {
                        std::memcpy(to, pixel(i / upsample.factorH, j / upsample.factorW), channels * sizeof(float));
                        continue;
                    }
                    const BilinearTap right = bilinearTap(j, upsample.factorW, in[2]);
                    blend(pixel(down.first, right.first), pixel(down.first, right.second), pixel(down.second, right.first),
                          pixel(down.second, right.second), down.share, right.share, channels, to);
                }
            }
        });
    });
}

}  // namespace trainyard::cpu
