#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeDenseGradData(StepRequest &request)
{
    const MemoryDesc dy = matrixDesc(request.inputType(0)), w = matrixDesc(request.inputType(1), true);
    const MemoryDesc dx = matrixDesc(request.outputType());
    const auto desc = matmulDesc(dy, w, MemoryDesc(), dx, userScratchpad());
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::matmul(desc));
    step->argument(call, DNNL_ARG_SRC, dy, request.op.inputs[0]);
    step->argument(call, DNNL_ARG_WEIGHTS, w, request.op.inputs[1]);
    step->argument(call, DNNL_ARG_DST, dx, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
