#include "engine/backends/cuda/matmul.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// dx = dy W^T.
class DenseGradDataStep : public Step {
public:
    DenseGradDataStep(const Matmul &product, StepRequest &request) :
        m_call(product, request), m_dy(request.op.inputs[0]), m_weights(request.op.inputs[1]), m_dx(request.op.outputs[0])
    {
        request.scratchBytes = m_call.workspaceBytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override { return m_call.bind(operands(memory), libraries); }
    Status enqueue(const StepMemory &memory, cudaStream_t stream) override { return m_call.execute(operands(memory), stream); }

private:
    MatmulOperands operands(const StepMemory &memory) const
    {
        return {memory.at<const void>(m_dy), memory.at<const void>(m_weights), memory.at<void>(m_dx), nullptr, memory.scratch};
    }

    MatmulCall m_call;
    ValueId m_dy, m_weights, m_dx;
};

}  // namespace

StepResult makeDenseGradData(StepRequest &request)
{
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {request.op.inputs[0], request.op.inputs[1]}));
    const std::int64_t out = request.inputShape(0).back();
    const Matmul product{.rows = request.inputShape(0).elements() / out,
                         .columns = request.outputShape().back(),
                         .inner = out,
                         .rightTransposed = true,
                         .factors = dtype,
                         .result = request.outputType().dtype,
                         .tf32 = dtype == DType::F32 && request.settings.tf32};
    TRAINYARD_CHECK(checkMatmul(product));
    return std::make_unique<DenseGradDataStep>(product, request);
}

}  // namespace trainyard::cuda
