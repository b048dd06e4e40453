#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConvolutionGradData(StepRequest &request, const ConvolutionDescs &descs)
{
    const auto desc = convolutionBackwardDataDesc(descs.x, descs.anyWeights, descs.y, descs.window, forwardDesc(descs), userScratchpad());
    auto step = std::make_unique<PrimitiveStep>();
    ScratchLayout scratch;
    const std::uint64_t weightsAt = scratch.take(desc.weights_desc().get_size());
    const std::uint64_t scratchpadAt = scratch.take(desc.scratchpad_desc().get_size());
    const std::size_t reorder = step->add(dnnl::reorder({cpuEngine(), descs.plainWeights, cpuEngine(), desc.weights_desc()}));
    step->argument(reorder, DNNL_ARG_FROM, descs.plainWeights, request.op.inputs[1]);
    step->scratchArgument(reorder, DNNL_ARG_TO, desc.weights_desc(), weightsAt);
    const std::size_t call = step->add(dnnl::convolution_backward_data(desc));
    step->argument(call, DNNL_ARG_DIFF_DST, descs.y, request.op.inputs[0]);
    step->scratchArgument(call, DNNL_ARG_WEIGHTS, desc.weights_desc(), weightsAt);
    step->argument(call, DNNL_ARG_DIFF_SRC, descs.x, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), scratchpadAt);
    request.scratchBytes = scratch.bytes();
    return step;
}

std::unique_ptr<Step> makeConv2dGradData(StepRequest &request)
{
    return makeConvolutionGradData(request, convolutionDescs(request.attributes<Conv2dAttributes>(), request.outputShape(), request.inputShape(0)));
}

}  // namespace trainyard::cpu
