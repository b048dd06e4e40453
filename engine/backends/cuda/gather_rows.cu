#include <optional>

#include "engine/backends/cuda/fast_divisor.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/step.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/backends/cuda/vector_access.h"
#include "engine/ops/augmentation.h"

namespace trainyard::cuda {

namespace {

struct Scaling {
    const float *offset, *scale;  // null: 0 and 1
    bool perElement;              // of a row; otherwise one for all
};

struct RowSource {
    const std::int32_t *rows;  // of the batch, by its row
    std::int64_t datasetRows;
    std::uint32_t firstRow;    // of the batch, that this launch begins with
    FastDivisor packsPerRow;
};

template <int kPack, typename Raw, typename Out>
__device__ inline void scalePack(const Pack<Raw, kPack> &raw, const Scaling &scaling, std::uint32_t column, Pack<Out, kPack> &result)
{
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k) {
        if constexpr (std::is_same_v<Out, std::int32_t>) {
            result.values[k] = raw.values[k];
        } else {
            const std::uint32_t at = scaling.perElement ? column + k : 0;
            const float offset = scaling.offset ? scaling.offset[at] : 0.0f, scale = scaling.scale ? scaling.scale[at] : 1.0f;
            result.values[k] = fromFloat<Out>((static_cast<float>(raw.values[k]) - offset) * scale);
        }
    }
}

// kPack elements of one row of the batch per thread.
template <int kPack, typename Raw, typename Out>
__global__ void gatherRows(RowSource source, Scaling scaling, std::uint32_t packs, const Raw *dataset, Out *out, const StepScalars *scalars)
{
    const std::uint32_t stride = gridDim.x * blockDim.x, perRow = source.packsPerRow.divisor() * kPack;
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < packs; i += stride) {
        std::uint32_t row = i;
        const std::uint32_t column = source.packsPerRow.takeRemainder(row) * kPack;
        row += source.firstRow;
        const std::int64_t from = static_cast<std::int32_t>(row) < scalars->validRows ? source.rows[row] : -1;
        Pack<Out, kPack> result{};
        if (from >= 0 && from < source.datasetRows)
            scalePack(loadPack<kPack>(dataset + from * perRow + column), scaling, column, result);
        storePack(out + static_cast<std::int64_t>(row) * perRow + column, result);
    }
}

struct ImageSource {
    std::uint32_t height;
    FastDivisor width, channels;
    GatherAttributes moves;
};

// gatherRows() of images that are moved. What a thread reads is apart, but still in the image's own cache lines.
template <int kPack, typename Raw, typename Out>
__global__ void gatherMovedImages(RowSource source, ImageSource image, Scaling scaling, std::uint32_t packs, const Raw *dataset, Out *out,
                                  const StepScalars *scalars)
{
    const std::uint32_t stride = gridDim.x * blockDim.x, perRow = source.packsPerRow.divisor() * kPack;
    const auto height = static_cast<std::int32_t>(image.height), width = static_cast<std::int32_t>(image.width.divisor());
    for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < packs; i += stride) {
        std::uint32_t row = i;
        const std::uint32_t column = source.packsPerRow.takeRemainder(row) * kPack;
        row += source.firstRow;
        const std::int64_t from = static_cast<std::int32_t>(row) < scalars->validRows ? source.rows[row] : -1;
        Pack<Out, kPack> result{};
        if (from >= 0 && from < source.datasetRows) {
            const ImageMove move = drawImageMove(image.moves, scalars->seed, scalars->step, row);
            const Raw *pixels = dataset + from * perRow;
            Pack<Raw, kPack> raw{};
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k) {
                std::uint32_t at = column + k;
                const std::uint32_t channel = image.channels.takeRemainder(at);
                const auto x = static_cast<std::int32_t>(image.width.takeRemainder(at));
                const std::int32_t fromX = (move.mirrored ? width - 1 - x : x) + move.right, fromY = static_cast<std::int32_t>(at) + move.down;
                if (fromX >= 0 && fromX < width && fromY >= 0 && fromY < height)
                    raw.values[k] = pixels[(static_cast<std::int64_t>(fromY) * width + fromX) * image.channels.divisor() + channel];
            }
            scalePack(raw, scaling, column, result);
        }
        storePack(out + static_cast<std::int64_t>(row) * perRow + column, result);
    }
}

// image: null where rows are gathered as they are.
template <typename Raw, typename Out>
Status launchGather(cudaStream_t stream, const std::int32_t *rows, std::int64_t datasetRows, std::int64_t batch, std::int64_t perRow,
                    const Scaling &scaling, const ImageSource *image, const Raw *dataset, Out *out, const StepScalars *scalars)
{
    constexpr int kPack = packElements<Out>();
    const bool packed = perRow % kPack == 0 && packsAligned(dataset, out);
    const std::int64_t packsPerRow = packed ? perRow / kPack : perRow, rowsAtOnce = std::max<std::int64_t>(kMostFastItems / packsPerRow, 1);
    for (std::int64_t first = 0; first < batch; first += rowsAtOnce) {
        const std::int64_t packs = std::min(rowsAtOnce, batch - first) * packsPerRow;
        const RowSource source{rows, datasetRows, static_cast<std::uint32_t>(first), FastDivisor(packsPerRow)};
        if constexpr (!std::is_same_v<Out, std::int32_t>)
            if (image) {
                TRAINYARD_CHECK(launch(stream, packed ? gatherMovedImages<kPack, Raw, Out> : gatherMovedImages<1, Raw, Out>, blocksFor(packs),
                                       kBlockThreads, source, *image, scaling, packs, dataset, out, scalars));
                continue;
            }
        TRAINYARD_CHECK(launch(stream, packed ? gatherRows<kPack, Raw, Out> : gatherRows<1, Raw, Out>, blocksFor(packs), kBlockThreads, source,
                               scaling, packs, dataset, out, scalars));
    }
    return {};
}

}  // namespace

StepResult makeGatherRows(StepRequest &request)
{
    const TensorType &dataset = request.inputType(0), &out = request.outputType();
    const std::int64_t batch = out.shape[0], perRow = out.shape.elements() / batch, datasetRows = dataset.shape[0];
    const DType from = dataset.dtype, to = out.dtype;
    if ((from == DType::I32) != (to == DType::I32) || (from != DType::I32 && from != DType::F32 && from != DType::U8)
        || (to != DType::I32 && !isFloatType(to)))
        return fail(ErrorCode::Unsupported, "The GPU cannot gather {} out of {}.", dtypeName(to), dtypeName(from));
    const ValueId data = request.op.inputs[0], rows = request.op.inputs[1], y = request.op.outputs[0];
    const ValueId offset = request.hasInput(2) ? request.op.inputs[2] : kNoValue, scale = request.hasInput(3) ? request.op.inputs[3] : kNoValue;
    const bool perElement = request.hasInput(2) && request.inputShape(2).elements() > 1;
    const GatherAttributes moves = gatherAttributes(request.op.attributes);
    std::optional<ImageSource> image;
    if (moves.any())
        image = ImageSource{static_cast<std::uint32_t>(out.shape[1]), FastDivisor(out.shape[2]), FastDivisor(out.shape[3]), moves};
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        const Scaling scaling{memory.at<float>(offset), memory.at<float>(scale), perElement};
        const auto gather = [&](auto raw, auto zero) {
            return launchGather(stream, memory.at<std::int32_t>(rows), datasetRows, batch, perRow, scaling, image ? &*image : nullptr,
                                memory.at<const decltype(raw)>(data), memory.at<decltype(zero)>(y), memory.scalars);
        };
        if (to == DType::I32)
            return gather(std::int32_t{}, std::int32_t{});
        return withFloatType(to, [&](auto zero) { return from == DType::U8 ? gather(std::uint8_t{}, zero) : gather(float{}, zero); });
    });
}

}  // namespace trainyard::cuda
