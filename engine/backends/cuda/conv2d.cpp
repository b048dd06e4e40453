#include "engine/backends/cuda/bias_activation.h"
#include "engine/backends/cuda/convolution_call.h"
#include "engine/backends/cuda/convolution_operand.h"
#include "engine/backends/cuda/convolution_route.h"
#include "engine/backends/cuda/convolution_steps.h"
#include "engine/backends/cuda/filter_copy.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/status.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

class ConvolutionStep : public Step {
public:
    ConvolutionStep(ConvolutionRoute route, const ActivationAttributes &post, StepRequest &request) :
        m_call(std::move(route.plan), request), m_separateEpilogue(route.separateEpilogue),
        m_activation(post), m_y(request.op.outputs[0]),
        m_bias(request.hasInput(2) ? request.op.inputs[2] : kNoValue)
    {
        ScratchLayout scratch;
        const Convolution &c = m_call.convolution();
        m_image = ImageOperand(request, request.op.inputs[0], c.shape.imageChannels, scratch);
        m_filter = FilterOperand(request, request.op.inputs[1], c, scratch);
        // The fused kernels want a bias, and want it in the image's type: it is rounded like the result it is added to.
        m_makesBias = c.epilogue != ConvolutionEpilogue::None && (m_bias == kNoValue || c.dtype != DType::F32);
        m_biasAt = scratch.take(m_makesBias ? biasBytes() : 0);
        m_workspaceAt = scratch.take(m_call.workspaceBytes());
        request.scratchBytes = scratch.bytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override { return m_call.bind(operands(memory), libraries); }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        const Convolution &c = m_call.convolution();
        TRAINYARD_CHECK(m_image.read(memory, stream));
        TRAINYARD_CHECK(m_filter.read(memory, stream));
        if (m_makesBias)
            TRAINYARD_CHECK(makeBias(memory, stream));
        TRAINYARD_CHECK(m_call.execute(operands(memory), stream));
        if (!m_separateEpilogue)
            return {};
        return biasActivation(stream, c.dtype, memory.at<void>(m_y), c.shape.resultPixels(), c.shape.resultChannels, memory.at<const float>(m_bias), m_activation);
    }

private:
    std::uint64_t biasBytes() const
    {
        return static_cast<std::uint64_t>(m_call.convolution().shape.resultChannels) * dtypeBytes(m_call.convolution().dtype);
    }

    Status makeBias(const StepMemory &memory, cudaStream_t stream) const
    {
        const Convolution &c = m_call.convolution();
        if (m_bias == kNoValue)
            return check(cudaMemsetAsync(memory.scratch + m_biasAt, 0, biasBytes(), stream), "clear a bias");
        return copyVector(stream, c.shape.resultChannels, memory.at<const void>(m_bias), DType::F32, memory.scratch + m_biasAt, c.dtype);
    }

    ConvolutionOperands operands(const StepMemory &memory) const
    {
        const bool fused = m_call.convolution().epilogue != ConvolutionEpilogue::None;
        const void *bias = !fused ? nullptr : m_makesBias ? memory.scratch + m_biasAt : memory.at<const std::byte>(m_bias);
        return {m_image.address(memory), m_filter.address(memory), memory.at<void>(m_y), bias, memory.scratch + m_workspaceAt};
    }

    ConvolutionCall m_call;
    bool m_separateEpilogue;
    ActivationAttributes m_activation;
    ValueId m_y, m_bias;
    ImageOperand m_image;
    FilterOperand m_filter;
    bool m_makesBias = false;
    std::uint64_t m_biasAt = 0, m_workspaceAt = 0;
};

}  // namespace

StepResult makeConvolution(StepRequest &request, const ConvolutionShape &shape, const ActivationAttributes &post)
{
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {request.op.inputs[0], request.op.inputs[1], request.op.outputs[0]}));
    const Convolution asked{ConvolutionDirection::Forward, shape, dtype, ConvolutionEpilogue::None, dtype == DType::F32 && request.settings.tf32};
    TRAINYARD_TRY(auto route, routeConvolution(asked, request.hasInput(2), post, request));
    return std::make_unique<ConvolutionStep>(std::move(route), post, request);
}

StepResult makeConv2d(StepRequest &request)
{
    const auto &attributes = request.attributes<Conv2dAttributes>();
    return makeConvolution(request, convolutionShape(attributes, request.inputShape(0), request.outputShape()), attributes.post);
}

}  // namespace trainyard::cuda
