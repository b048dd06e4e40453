#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConvolutionGradWeights(StepRequest &request, const ConvolutionDescs &descs)
{
    const auto desc =
        convolutionBackwardWeightsDesc(descs.x, descs.anyWeights, descs.bias, descs.y, descs.window, forwardDesc(descs), userScratchpad());
    const MemoryDesc blocked = desc.diff_weights_desc();
    auto step = std::make_unique<PrimitiveStep>();
    ScratchLayout scratch;
    const std::uint64_t weightsAt = scratch.take(blocked.get_size());
    const std::uint64_t scratchpadAt = scratch.take(desc.scratchpad_desc().get_size());
    const std::size_t call = step->add(dnnl::convolution_backward_weights(desc));
    step->argument(call, DNNL_ARG_SRC, descs.x, request.op.inputs[0]);
    step->argument(call, DNNL_ARG_DIFF_DST, descs.y, request.op.inputs[1]);
    step->scratchArgument(call, DNNL_ARG_DIFF_WEIGHTS, blocked, weightsAt);
    if (descs.hasBias())
        step->argument(call, DNNL_ARG_DIFF_BIAS, descs.bias, request.op.outputs[1]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), scratchpadAt);
    const std::size_t reorder = step->add(dnnl::reorder({cpuEngine(), blocked, cpuEngine(), descs.plainWeights}));
    step->scratchArgument(reorder, DNNL_ARG_FROM, blocked, weightsAt);
    step->argument(reorder, DNNL_ARG_TO, descs.plainWeights, request.op.outputs[0]);
    request.scratchBytes = scratch.bytes();
    return step;
}

std::unique_ptr<Step> makeConv2dGradWeights(StepRequest &request)
{
    return makeConvolutionGradWeights(request, convolutionDescs(request.attributes<Conv2dAttributes>(), request.inputShape(0), request.inputShape(1)));
}

}  // namespace trainyard::cpu
