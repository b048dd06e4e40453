// Weights stay in the plain [in, out] layout: on AVX-512 oneDNN's matmul is as fast there as with blocked ones in all
// three directions, and nothing has to be reordered.
#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeDense(StepRequest &request)
{
    const auto &dense = request.attributes<DenseAttributes>();
    const MemoryDesc x = matrixDesc(request.inputType(0)), w = matrixDesc(request.inputType(1));
    const MemoryDesc y = matrixDesc(request.outputType());
    const MemoryDesc bias = dense.bias ? MemoryDesc({1, dense.units}, kF32, Tag::ab) : MemoryDesc();
    const auto desc = matmulDesc(x, w, bias, y, withActivation(dense.post));
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::matmul(desc));
    step->argument(call, DNNL_ARG_SRC, x, request.op.inputs[0]);
    step->argument(call, DNNL_ARG_WEIGHTS, w, request.op.inputs[1]);
    if (dense.bias)
        step->argument(call, DNNL_ARG_BIAS, bias, request.op.inputs[2]);
    step->argument(call, DNNL_ARG_DST, y, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
