#include "engine/backends/cpu/convolution.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeConvolution(StepRequest &request, const ConvolutionDescs &descs, const ActivationAttributes &post)
{
    const auto desc = forwardDesc(descs, post);
    auto step = std::make_unique<PrimitiveStep>();
    ScratchLayout scratch;
    const bool reordered = desc.weights_desc() != descs.plainWeights;
    const std::uint64_t weightsAt = reordered ? scratch.take(desc.weights_desc().get_size()) : 0;
    const std::uint64_t scratchpadAt = scratch.take(desc.scratchpad_desc().get_size());
    if (reordered) {
        const std::size_t reorder = step->add(dnnl::reorder({cpuEngine(), descs.plainWeights, cpuEngine(), desc.weights_desc()}));
        step->argument(reorder, DNNL_ARG_FROM, descs.plainWeights, request.op.inputs[1]);
        step->scratchArgument(reorder, DNNL_ARG_TO, desc.weights_desc(), weightsAt);
    }
    const std::size_t call = step->add(dnnl::convolution_forward(desc));
    step->argument(call, DNNL_ARG_SRC, descs.x, request.op.inputs[0]);
    if (reordered)
        step->scratchArgument(call, DNNL_ARG_WEIGHTS, desc.weights_desc(), weightsAt);
    else
        step->argument(call, DNNL_ARG_WEIGHTS, descs.plainWeights, request.op.inputs[1]);
    if (descs.hasBias())
        step->argument(call, DNNL_ARG_BIAS, descs.bias, request.op.inputs[2]);
    step->argument(call, DNNL_ARG_DST, descs.y, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), scratchpadAt);
    request.scratchBytes = scratch.bytes();
    return step;
}

std::unique_ptr<Step> makeConv2d(StepRequest &request)
{
    const auto &conv = request.attributes<Conv2dAttributes>();
    return makeConvolution(request, convolutionDescs(conv, request.inputShape(0), request.outputShape()), conv.post);
}

}  // namespace trainyard::cpu
