#include "engine/backends/cpu/batch_norm_descs.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeBatchNormGrad(StepRequest &request)
{
    const auto &attributes = request.attributes<BatchNormAttributes>();
    const Shape &shape = request.inputShape(0);
    const MemoryDesc x = channelsDesc(request.inputType(0)), channels = vectorDesc(shape.back());
    const auto flags = batchNormFlags(attributes, false);
    const auto forward = batchNormForwardDesc(Propagation::forward_training, x, attributes.epsilon, flags);
    const auto desc = batchNormBackwardDesc(x, attributes.epsilon, flags, forward);
    const Op &op = request.op;
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::batch_normalization_backward(desc));
    step->argument(call, DNNL_ARG_SRC, x, op.inputs[0]);
    step->argument(call, DNNL_ARG_DIFF_DST, x, op.inputs[1]);
    step->argument(call, DNNL_ARG_SCALE, channels, op.inputs[2]);
    if constexpr (kBatchNormBackwardTakesShift)
        step->argument(call, DNNL_ARG_SHIFT, channels, op.inputs[3]);
    step->argument(call, DNNL_ARG_MEAN, channels, op.inputs[4]);
    step->argument(call, DNNL_ARG_VARIANCE, channels, op.inputs[5]);
    if (attributes.fusedRelu)
        step->argument(call, DNNL_ARG_WORKSPACE, forward.workspace_desc(), op.inputs[6]);
    step->argument(call, DNNL_ARG_DIFF_SRC, x, op.outputs[0]);
    step->argument(call, DNNL_ARG_DIFF_SCALE, channels, op.outputs[1]);
    step->argument(call, DNNL_ARG_DIFF_SHIFT, channels, op.outputs[2]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
