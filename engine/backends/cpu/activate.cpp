#include "engine/backends/cpu/activation_loops.h"
#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeActivate(StepRequest &request)
{
    const auto &activation = request.attributes<ActivationAttributes>();
    const std::int64_t count = request.outputShape().elements();
    if (!isFusable(activation.kind))  // oneDNN has not all of them in all its versions
        return makeLoop([op = request.op, threads = request.threads, count, slope = activation.slope,
                         loop = activationLoop(activation.kind)](const StepMemory &memory) {
            const float *x = memory.at<float>(op.inputs[0]);
            float *y = memory.at<float>(op.outputs[0]);
            forPieces(static_cast<std::size_t>(count), threads,
                      [=](std::size_t begin, std::size_t end) { loop(x + begin, x + begin, slope, end - begin, y + begin); });
        });
    const MemoryDesc x = vectorDesc(count, request.outputType().dtype);
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
