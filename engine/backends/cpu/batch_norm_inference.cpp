#include "engine/backends/cpu/batch_norm_descs.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeBatchNormInference(StepRequest &request)
{
    const auto &attributes = request.attributes<BatchNormAttributes>();
    const Shape &shape = request.inputShape(0);
    const MemoryDesc x = channelsDesc(shape), channels = vectorDesc(shape.back());
    const auto desc = batchNormForwardDesc(Propagation::forward_inference, x, attributes.epsilon, batchNormFlags(attributes, true));
    const Op &op = request.op;
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::batch_normalization_forward(desc));
    step->argument(call, DNNL_ARG_SRC, x, op.inputs[0]);
    step->argument(call, DNNL_ARG_SCALE, channels, op.inputs[1]);
    step->argument(call, DNNL_ARG_SHIFT, channels, op.inputs[2]);
    step->argument(call, DNNL_ARG_MEAN, channels, op.inputs[3]);
    step->argument(call, DNNL_ARG_VARIANCE, channels, op.inputs[4]);
    step->argument(call, DNNL_ARG_DST, x, op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
