#include <cstring>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"
#include "engine/ops/augmentation.h"

namespace trainyard::cpu {

namespace {

// out = (raw - offset) * scale, with one offset and scale for all or one per element.
template <typename Raw>
[[gnu::always_inline]] inline void scale(const Raw *raw, std::size_t count, const float *offset, const float *factors, bool perElement, float *out)
{
    if (perElement) {
#pragma omp simd
        for (std::size_t i = 0; i < count; ++i)
            out[i] = (static_cast<float>(raw[i]) - offset[i]) * factors[i];
    } else {
        const float shift = offset ? *offset : 0.0f, factor = factors ? *factors : 1.0f;
#pragma omp simd
        for (std::size_t i = 0; i < count; ++i)
            out[i] = (static_cast<float>(raw[i]) - shift) * factor;
    }
}

TRAINYARD_SIMD_CLONES void scaleRow(const float *raw, std::size_t count, const float *offset, const float *factor, bool perElement,
                                    float *out)
{
    scale(raw, count, offset, factor, perElement, out);
}

TRAINYARD_SIMD_CLONES void scaleRow(const std::uint8_t *raw, std::size_t count, const float *offset, const float *factor,
                                    bool perElement, float *out)
{
    scale(raw, count, offset, factor, perElement, out);
}

struct ImageSize {
    std::int64_t height = 0, width = 0, channels = 0;
};

// The same arithmetic as scaleRow(), on an image that is moved.
template <typename Raw>
void scaleMoved(const Raw *raw, const ImageSize &size, const ImageMove &move, const float *offset, const float *factors, bool perElement, float *out)
{
    std::size_t i = 0;
    for (std::int64_t y = 0; y < size.height; ++y) {
        const std::int64_t fromY = y + move.down;
        const bool rowInside = fromY >= 0 && fromY < size.height;
        for (std::int64_t x = 0; x < size.width; ++x) {
            const std::int64_t fromX = (move.mirrored ? size.width - 1 - x : x) + move.right;
            const bool inside = rowInside && fromX >= 0 && fromX < size.width;
            const Raw *pixel = inside ? raw + (fromY * size.width + fromX) * size.channels : nullptr;
            for (std::int64_t c = 0; c < size.channels; ++c, ++i) {
                const float value = pixel ? static_cast<float>(pixel[c]) : 0.0f;
                const std::size_t at = perElement ? i : 0;
                out[i] = (value - (offset ? offset[at] : 0.0f)) * (factors ? factors[at] : 1.0f);
            }
        }
    }
}

}  // namespace

std::unique_ptr<Step> makeGatherRows(StepRequest &request)
{
    const TensorType dataset = request.list.value(request.op.inputs[0]).type;
    const Shape &out = request.outputShape();
    const auto perRow = static_cast<std::size_t>(out.elements() / out[0]);
    const std::int64_t batch = out[0], datasetRows = dataset.shape[0];
    const bool perElement = request.hasInput(2) && request.inputShape(2).elements() > 1;
    const GatherAttributes augmentation = gatherAttributes(request.op.attributes);
    const ImageSize image = augmentation.any() ? ImageSize{out[1], out[2], out[3]} : ImageSize{};
    return makeLoop([op = request.op, threads = request.threads, dtype = dataset.dtype, perRow, batch, datasetRows, perElement, augmentation,
                     image](const StepMemory &memory) {
        const std::int32_t *rows = memory.at<std::int32_t>(op.inputs[1]);
        const float *offset = op.inputs.size() > 2 ? memory.at<float>(op.inputs[2]) : nullptr;
        const float *scale = op.inputs.size() > 3 ? memory.at<float>(op.inputs[3]) : nullptr;
        std::byte *out = memory.at<std::byte>(op.outputs[0]);
        const auto gather = [&](std::int64_t b) {
            std::byte *to = out + static_cast<std::size_t>(b) * perRow * 4;
            if (b >= memory.scalars->validRows || rows[b] < 0 || rows[b] >= datasetRows) {
                std::memset(to, 0, perRow * 4);
                return;
            }
            const std::size_t from = static_cast<std::size_t>(rows[b]) * perRow;
            if (augmentation.any()) {
                const ImageMove move =
                    drawImageMove(augmentation, memory.scalars->seed, memory.scalars->step, static_cast<std::uint32_t>(b));
                float *moved = reinterpret_cast<float *>(to);
                if (dtype == DType::U8)
                    scaleMoved(memory.at<std::uint8_t>(op.inputs[0]) + from, image, move, offset, scale, perElement, moved);
                else
                    scaleMoved(memory.at<float>(op.inputs[0]) + from, image, move, offset, scale, perElement, moved);
                return;
            }
            if (dtype == DType::U8)
                scaleRow(memory.at<std::uint8_t>(op.inputs[0]) + from, perRow, offset, scale, perElement, reinterpret_cast<float *>(to));
            else if (dtype == DType::F32)
                scaleRow(memory.at<float>(op.inputs[0]) + from, perRow, offset, scale, perElement, reinterpret_cast<float *>(to));
            else
                std::memcpy(to, memory.at<std::int32_t>(op.inputs[0]) + from, perRow * 4);
        };
        forPieces(static_cast<std::size_t>(batch), threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t b = begin; b < end; ++b)
                gather(static_cast<std::int64_t>(b));
        });
    });
}

}  // namespace trainyard::cpu
