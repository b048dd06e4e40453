#include "engine/backends/cuda/column_sum.h"
#include "engine/backends/cuda/convolution_call.h"
#include "engine/backends/cuda/convolution_operand.h"
#include "engine/backends/cuda/convolution_route.h"
#include "engine/backends/cuda/convolution_steps.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

class ConvolutionGradWeightsStep : public Step {
public:
    ConvolutionGradWeightsStep(ConvolutionRoute route, StepRequest &request) :
        m_call(std::move(route.plan), request), m_dy(request.op.inputs[1]),
        m_db(request.hasOutput(1) ? request.op.outputs[1] : kNoValue)
    {
        ScratchLayout scratch;
        const Convolution &c = m_call.convolution();
        m_image = ImageOperand(request, request.op.inputs[0], c.shape.imageChannels, scratch);
        m_dw = FilterOperand(request, request.op.outputs[0], c, scratch);
        m_workspaceAt = scratch.take(m_call.workspaceBytes());
        m_sumsAt = scratch.take(m_db == kNoValue ? 0 : columnSumScratchBytes(pixels(), c.shape.resultChannels));
        request.scratchBytes = scratch.bytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override { return m_call.bind(operands(memory), libraries); }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        const Convolution &c = m_call.convolution();
        if (m_db != kNoValue)
            TRAINYARD_CHECK(columnSum(stream, c.dtype, memory.at<const void>(m_dy), pixels(), c.shape.resultChannels,
                                      memory.at<float>(m_db), memory.scratch + m_sumsAt));
        TRAINYARD_CHECK(m_image.read(memory, stream));
        TRAINYARD_CHECK(m_call.execute(operands(memory), stream));
        return m_dw.write(memory, stream);
    }

private:
    std::int64_t pixels() const { return m_call.convolution().shape.resultPixels(); }

    ConvolutionOperands operands(const StepMemory &memory) const
    {
        return {m_image.address(memory), m_dw.address(memory), memory.at<void>(m_dy), nullptr, memory.scratch + m_workspaceAt};
    }

    ConvolutionCall m_call;
    ValueId m_dy, m_db;
    ImageOperand m_image;
    FilterOperand m_dw;  // in the image's type: cuDNN gives 16-bit gradients of 16-bit images alone
    std::uint64_t m_workspaceAt = 0, m_sumsAt = 0;
};

}  // namespace

StepResult makeConvolutionGradWeights(StepRequest &request, const ConvolutionShape &shape)
{
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {request.op.inputs[0], request.op.inputs[1]}));
    const Convolution asked{ConvolutionDirection::GradWeights, shape, dtype, ConvolutionEpilogue::None, dtype == DType::F32 && request.settings.tf32};
    TRAINYARD_TRY(auto route, routeConvolution(asked, false, {}, request));
    return std::make_unique<ConvolutionGradWeightsStep>(std::move(route), request);
}

StepResult makeConv2dGradWeights(StepRequest &request)
{
    return makeConvolutionGradWeights(request, convolutionShape(request.attributes<Conv2dAttributes>(), request.inputShape(0), request.inputShape(1)));
}

}  // namespace trainyard::cuda
