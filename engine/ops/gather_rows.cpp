// gather_rows: the batch out of the resident data set.
//   inputs   dataset [N, ...] (F32, U8 or I32), indices I32 [B], offset F32 [1 or features]?, scale likewise?
//   output   [B, ...]; F32 ((raw - offset) * scale), rounded to 16 bit where a low-precision program has set the value's type so,
//            or I32 unchanged. Rows at or after validRows are zero.
// With GatherAttributes the rows are images [H, W, C], F32 or U8, each shifted and mirrored at random while it is raw
// (augmentation.h); offset and scale are those of the place an element comes to.
#include <algorithm>

#include "engine/ops/augmentation.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const TensorType &dataset = inputs[0];
    const DType dtype = dataset.dtype == DType::I32 ? DType::I32 : DType::F32;
    if (const GatherAttributes moved = gatherAttributes(attributes); moved.any()) {
        TRAINYARD_CHECK(expectRank("gather_rows", "the images", dataset, 4));
        const std::int64_t most = std::min(dataset.shape[1], dataset.shape[2]) / 2;
        if (dtype != DType::F32 || moved.maxShift < 0 || moved.maxShift > most)
            return fail(ErrorCode::InvalidGraph, "gather_rows cannot shift {} by {} pixels: at most {}.", dataset.shape.text(), moved.maxShift, most);
    }
    return std::vector<OutputType>{{{dtype, dataset.shape.withoutBatch().withBatch(inputs[1].shape[0])}, Role::Data}};
}

const OpSpec kGatherRowsOp{"gather_rows", infer, nullptr, nullptr};

}  // namespace trainyard
