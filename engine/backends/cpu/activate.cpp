#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeActivate(StepRequest &request)
{
    const auto &activation = request.attributes<ActivationAttributes>();
    const MemoryDesc x = vectorDesc(request.outputShape().elements());
    const auto desc = eltwiseForwardDesc(eltwiseAlgorithm(activation.kind, gradientUsesOutput(activation.kind, activation.slope)), x,
                                         eltwiseAlpha(activation));
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::eltwise_forward(desc));
    step->argument(call, DNNL_ARG_SRC, x, request.op.inputs[0]);
    step->argument(call, DNNL_ARG_DST, x, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
