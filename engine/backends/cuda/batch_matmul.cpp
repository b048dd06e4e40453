#include "engine/backends/cuda/matmul.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/ops/matrix_batch.h"

namespace trainyard::cuda {

namespace {

class BatchMatmulStep : public Step {
public:
    BatchMatmulStep(const Matmul &product, StepRequest &request) :
        m_call(product, request), m_left(request.op.inputs[0]), m_right(request.op.inputs[1]), m_y(request.op.outputs[0])
    {
        request.scratchBytes = m_call.workspaceBytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override { return m_call.bind(operands(memory), libraries); }
    Status enqueue(const StepMemory &memory, cudaStream_t stream) override { return m_call.execute(operands(memory), stream); }

private:
    MatmulOperands operands(const StepMemory &memory) const
    {
        return {memory.at<const void>(m_left), memory.at<const void>(m_right), memory.at<void>(m_y), nullptr, memory.scratch};
    }

    MatmulCall m_call;
    ValueId m_left, m_right, m_y;
};

}  // namespace

StepResult makeBatchMatmul(StepRequest &request)
{
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {request.op.inputs[0], request.op.inputs[1]}));
    const auto matmul = request.attributes<MatmulAttributes>();
    const MatrixBatch sizes = matrixBatch(matmul, request.inputShape(0), request.inputShape(1));
    const Matmul product{.rows = sizes.rows,
                         .columns = sizes.columns,
                         .inner = sizes.inner,
                         .batch = sizes.batch,
                         .leftTransposed = matmul.leftTransposed,
                         .rightTransposed = matmul.rightTransposed,
                         .factors = dtype,
                         .result = request.outputType().dtype,
                         .tf32 = dtype == DType::F32 && request.settings.tf32};
    TRAINYARD_CHECK(checkMatmul(product));
    return std::make_unique<BatchMatmulStep>(product, request);
}

}  // namespace trainyard::cuda
