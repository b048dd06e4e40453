#include "engine/backends/cpu/primitive_call.h"
#include "engine/ops/matrix_batch.h"

namespace trainyard::cpu {

namespace {

MemoryDesc factorDesc(std::int64_t batch, std::int64_t rows, std::int64_t columns, DType type, bool transposed)
{
    return {{batch, rows, columns}, dataType(type), transposed ? Tag::acb : Tag::abc};
}

}  // namespace

std::unique_ptr<Step> makeBatchMatmul(StepRequest &request)
{
    const auto matmul = request.attributes<MatmulAttributes>();
    const MatrixBatch product = matrixBatch(matmul, request.inputShape(0), request.inputShape(1));
    const MemoryDesc left = factorDesc(product.batch, product.rows, product.inner, request.inputType(0).dtype, matmul.leftTransposed);
    const MemoryDesc right = factorDesc(product.batch, product.inner, product.columns, request.inputType(1).dtype, matmul.rightTransposed);
    const MemoryDesc y = factorDesc(product.batch, product.rows, product.columns, request.outputType().dtype, false);
    const auto desc = matmulDesc(left, right, MemoryDesc(), y, userScratchpad());
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::matmul(desc));
    step->argument(call, DNNL_ARG_SRC, left, request.op.inputs[0]);
    step->argument(call, DNNL_ARG_WEIGHTS, right, request.op.inputs[1]);
    step->argument(call, DNNL_ARG_DST, y, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
