// y = activation(x W + b). ReLU and bias go with the product; other activations follow in one kernel of our own, which
// then adds the bias, too, so that it is not rounded in between.
#include "engine/backends/cuda/bias_activation.h"
#include "engine/backends/cuda/filter_copy.h"
#include "engine/backends/cuda/matmul.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

class DenseStep : public Step {
public:
    DenseStep(const Matmul &product, StepRequest &request) :
        m_call(product, request), m_activation(request.attributes<DenseAttributes>().post), m_x(request.op.inputs[0]),
        m_weights(request.op.inputs[1]), m_y(request.op.outputs[0]), m_bias(request.hasInput(2) ? request.op.inputs[2] : kNoValue)
    {
        ScratchLayout scratch;
        m_workspaceAt = scratch.take(m_call.workspaceBytes());
        // The library wants the bias in the result's type; parameters are float32.
        m_roundsBias = m_bias != kNoValue && product.result != DType::F32 && product.epilogue != MatmulEpilogue::None;
        m_biasAt = scratch.take(m_roundsBias ? static_cast<std::uint64_t>(product.columns) * dtypeBytes(product.result) : 0);
        request.scratchBytes = scratch.bytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override
    {
        Status status = m_call.bind(operands(memory), libraries);
        if (!status && status.error().code == ErrorCode::Unsupported && m_call.product().epilogue != MatmulEpilogue::None) {
            m_roundsBias = false;
            return m_call.bindWith(MatmulEpilogue::None, operands(memory), libraries);
        }
        return status;
    }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        const Matmul &product = m_call.product();
        if (m_roundsBias)
            TRAINYARD_CHECK(copyVector(stream, product.columns, memory.at<const void>(m_bias), DType::F32, memory.scratch + m_biasAt,
                                       product.result));
        TRAINYARD_CHECK(m_call.execute(operands(memory), stream));
        if (product.epilogue != MatmulEpilogue::None || (m_bias == kNoValue && m_activation.kind == ActivationKind::Identity))
            return {};
        return biasActivation(stream, product.result, memory.at<void>(m_y), product.rows, product.columns, memory.at<const float>(m_bias),
                              m_activation);
    }

private:
    MatmulOperands operands(const StepMemory &memory) const
    {
        return {memory.at<const void>(m_x), memory.at<const void>(m_weights), memory.at<void>(m_y),
                m_roundsBias ? memory.scratch + m_biasAt : memory.at<void>(m_bias), memory.scratch + m_workspaceAt};
    }

    MatmulCall m_call;
    ActivationAttributes m_activation;
    ValueId m_x, m_weights, m_y, m_bias;
    bool m_roundsBias = false;
    std::uint64_t m_workspaceAt = 0, m_biasAt = 0;
};

MatmulEpilogue epilogueFor(bool bias, ActivationKind activation)
{
    if (activation == ActivationKind::Relu)
        return bias ? MatmulEpilogue::BiasRelu : MatmulEpilogue::Relu;
    return bias && activation == ActivationKind::Identity ? MatmulEpilogue::Bias : MatmulEpilogue::None;
}

}  // namespace

StepResult makeDense(StepRequest &request)
{
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {request.op.inputs[0], request.op.inputs[1]}));
    const std::int64_t in = request.inputShape(0).back();
    const Matmul product{.rows = request.inputShape(0).elements() / in,
                         .columns = request.outputShape().back(),
                         .inner = in,
                         .factors = dtype,
                         .result = request.outputType().dtype,
                         .epilogue = epilogueFor(request.hasInput(2), request.attributes<DenseAttributes>().post.kind),
                         .tf32 = dtype == DType::F32 && request.settings.tf32};
    TRAINYARD_CHECK(checkMatmul(product));
    return std::make_unique<DenseStep>(product, request);
}

}  // namespace trainyard::cuda
