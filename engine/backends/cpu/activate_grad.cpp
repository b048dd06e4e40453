#include "engine/backends/cpu/activation_loops.h"
#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeActivateGrad(StepRequest &request)
{
    const auto &activation = request.attributes<ActivationAttributes>();
    const auto count = static_cast<std::size_t>(request.outputShape().elements());
    const Op op = request.op;
    // ReLU is one comparison, which no primitive beats; and oneDNN has not all others in all its versions.
    if (activation.kind == ActivationKind::Relu || !isFusable(activation.kind))
        return makeLoop([op, count, threads = request.threads, slope = activation.slope,
                         loop = activationGradLoop(activation.kind, activation.slope)](const StepMemory &memory) {
            const float *saved = memory.at<float>(op.inputs[0]), *dy = memory.at<float>(op.inputs[1]);
            float *dx = memory.at<float>(op.outputs[0]);
            forPieces(count, threads, [=](std::size_t begin, std::size_t end) { loop(saved + begin, dy + begin, slope, end - begin, dx + begin); });
        });
    const bool fromOutput = gradientUsesOutput(activation.kind, activation.slope);
    const MemoryDesc x = vectorDesc(static_cast<std::int64_t>(count), request.outputType().dtype);
    const Algorithm algorithm = eltwiseAlgorithm(activation.kind, fromOutput);
    const auto forward = eltwiseForwardDesc(algorithm, x, eltwiseAlpha(activation));
    const auto desc = eltwiseBackwardDesc(algorithm, x, eltwiseAlpha(activation), forward);
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::eltwise_backward(desc));
    step->argument(call, fromOutput ? DNNL_ARG_DST : DNNL_ARG_SRC, x, op.inputs[0]);
    step->argument(call, DNNL_ARG_DIFF_DST, x, op.inputs[1]);
    step->argument(call, DNNL_ARG_DIFF_SRC, x, op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
