// gather_rows: the batch out of the resident data set.
//   inputs   dataset [N, ...] (F32, U8 or I32), indices I32 [B], offset F32 [1 or features]?, scale likewise?
//   output   [B, ...]; F32 ((raw - offset) * scale), rounded to 16 bit where a low-precision program has set the value's type so,
//            or I32 unchanged. Rows at or after validRows are zero.
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    const TensorType &dataset = inputs[0];
    const DType dtype = dataset.dtype == DType::I32 ? DType::I32 : DType::F32;
    return std::vector<OutputType>{{{dtype, dataset.shape.withoutBatch().withBatch(inputs[1].shape[0])}, Role::Data}};
}

const OpSpec kGatherRowsOp{"gather_rows", infer, nullptr, nullptr};

}  // namespace trainyard
