#include "engine/backends/cpu/primitive_call.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

// dy is read before the choice: a load that may not happen would keep the loop from being vectorized.
TRAINYARD_SIMD_CLONES void maskByOutput(const float *y, const float *dy, float *dx, std::size_t begin, std::size_t end)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i) {
        const float gradient = dy[i];
        dx[i] = y[i] > 0.0f ? gradient : 0.0f;
    }
}

}  // namespace

std::unique_ptr<Step> makeActivateGrad(StepRequest &request)
{
    const auto &activation = request.attributes<ActivationAttributes>();
    const auto count = static_cast<std::size_t>(request.outputShape().elements());
    const Op op = request.op;
    if (activation.kind == ActivationKind::Relu)  // one comparison: no primitive beats it
        return makeLoop([op, count, threads = request.threads](const StepMemory &memory) {
            const float *y = memory.at<float>(op.inputs[0]), *dy = memory.at<float>(op.inputs[1]);
            float *dx = memory.at<float>(op.outputs[0]);
            forPieces(count, threads, [=](std::size_t begin, std::size_t end) { maskByOutput(y, dy, dx, begin, end); });
        });
    const bool fromOutput = gradientUsesOutput(activation.kind, activation.slope);
    const MemoryDesc x = vectorDesc(static_cast<std::int64_t>(count));
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
