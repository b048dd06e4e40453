// dW = x^T dy; db, the sums of dy over the rows, comes with the product where the library can, else from a kernel of our
// own.
#include "engine/backends/cuda/column_sum.h"
#include "engine/backends/cuda/matmul.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

class DenseGradWeightsStep : public Step {
public:
    DenseGradWeightsStep(const Matmul &product, StepRequest &request) :
        m_call(product, request), m_x(request.op.inputs[0]), m_dy(request.op.inputs[1]), m_dw(request.op.outputs[0]),
        m_db(request.hasOutput(1) ? request.op.outputs[1] : kNoValue)
    {
        ScratchLayout scratch;
        m_workspaceAt = scratch.take(m_call.workspaceBytes());
        m_sumsAt = scratch.take(m_db == kNoValue ? 0 : columnSumScratchBytes(product.inner, product.columns));
        request.scratchBytes = scratch.bytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override
    {
        Status status = m_call.bind(operands(memory), libraries);
        if (!status && status.error().code == ErrorCode::Unsupported && m_call.product().epilogue != MatmulEpilogue::None)
            return m_call.bindWith(MatmulEpilogue::None, operands(memory), libraries);
        return status;
    }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        const Matmul &product = m_call.product();
        TRAINYARD_CHECK(m_call.execute(operands(memory), stream));
        if (m_db == kNoValue || product.epilogue == MatmulEpilogue::SumRight)
            return {};
        return columnSum(stream, product.factors, memory.at<const void>(m_dy), product.inner, product.columns, memory.at<float>(m_db),
                         memory.scratch + m_sumsAt);
    }

private:
    MatmulOperands operands(const StepMemory &memory) const
    {
        return {memory.at<const void>(m_x), memory.at<const void>(m_dy), memory.at<void>(m_dw), memory.at<void>(m_db),
                memory.scratch + m_workspaceAt};
    }

    MatmulCall m_call;
    ValueId m_x, m_dy, m_dw, m_db;
    std::uint64_t m_workspaceAt = 0, m_sumsAt = 0;
};

}  // namespace

StepResult makeDenseGradWeights(StepRequest &request)
{
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {request.op.inputs[0], request.op.inputs[1]}));
    const std::int64_t in = request.inputShape(0).back();
    const Matmul product{.rows = in,
                         .columns = request.inputShape(1).back(),
                         .inner = request.inputShape(0).elements() / in,
                         .leftTransposed = true,
                         .factors = dtype,
                         .result = request.outputType().dtype,
                         .epilogue = request.hasOutput(1) ? MatmulEpilogue::SumRight : MatmulEpilogue::None,
                         .tf32 = dtype == DType::F32 && request.settings.tf32};
    TRAINYARD_CHECK(checkMatmul(product));
    return std::make_unique<DenseGradWeightsStep>(product, request);
}

}  // namespace trainyard::cuda
