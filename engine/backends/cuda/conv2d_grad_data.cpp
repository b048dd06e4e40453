#include "engine/backends/cuda/convolution_call.h"
#include "engine/backends/cuda/convolution_operand.h"
#include "engine/backends/cuda/convolution_route.h"
#include "engine/backends/cuda/convolution_steps.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

class ConvolutionGradDataStep : public Step {
public:
    ConvolutionGradDataStep(ConvolutionRoute route, StepRequest &request) : m_call(std::move(route.plan), request), m_dy(request.op.inputs[0])
    {
        ScratchLayout scratch;
        const Convolution &c = m_call.convolution();
        m_filter = FilterOperand(request, request.op.inputs[1], c, scratch);
        m_dx = ImageOperand(request, request.op.outputs[0], c.shape.imageChannels, scratch);
        m_workspaceAt = scratch.take(m_call.workspaceBytes());
        request.scratchBytes = scratch.bytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override { return m_call.bind(operands(memory), libraries); }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        TRAINYARD_CHECK(m_filter.read(memory, stream));
        TRAINYARD_CHECK(m_call.execute(operands(memory), stream));
        return m_dx.write(memory, stream);
    }

private:
    ConvolutionOperands operands(const StepMemory &memory) const
    {
        return {m_dx.address(memory), m_filter.address(memory), memory.at<void>(m_dy), nullptr, memory.scratch + m_workspaceAt};
    }

    ConvolutionCall m_call;
    ValueId m_dy;
    FilterOperand m_filter;
    ImageOperand m_dx;
    std::uint64_t m_workspaceAt = 0;
};

}  // namespace

StepResult makeConvolutionGradData(StepRequest &request, const ConvolutionShape &shape)
{
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {request.op.inputs[0], request.op.inputs[1], request.op.outputs[0]}));
    const Convolution asked{ConvolutionDirection::GradData, shape, dtype, ConvolutionEpilogue::None, dtype == DType::F32 && request.settings.tf32};
    TRAINYARD_TRY(auto route, routeConvolution(asked, false, {}, request));
    return std::make_unique<ConvolutionGradDataStep>(std::move(route), request);
}

StepResult makeConv2dGradData(StepRequest &request)
{
    return makeConvolutionGradData(request, convolutionShape(request.attributes<Conv2dAttributes>(), request.outputShape(), request.inputShape(0)));
}

}  // namespace trainyard::cuda
