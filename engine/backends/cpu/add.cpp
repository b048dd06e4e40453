#include "engine/backends/cpu/primitive_call.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

using Loop = void (*)(const float *, const float *, float *, std::size_t, std::size_t);

TRAINYARD_SIMD_CLONES void addPiece(const float *a, const float *b, float *y, std::size_t begin, std::size_t end)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i)
        y[i] = a[i] + b[i];
}

TRAINYARD_SIMD_CLONES void addReluPiece(const float *a, const float *b, float *y, std::size_t begin, std::size_t end)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i) {
        const float sum = a[i] + b[i];
        y[i] = sum > 0.0f ? sum : 0.0f;
    }
}

}  // namespace

std::unique_ptr<Step> makeAdd(StepRequest &request)
{
    const Op op = request.op;
    const auto count = static_cast<std::size_t>(request.outputShape().elements());
    const auto *activation = std::get_if<ActivationAttributes>(&op.attributes);
    const int threads = request.threads;
    const auto kind = activation ? activation->kind : ActivationKind::Identity;
    if (kind == ActivationKind::Identity || kind == ActivationKind::Relu)
        return makeLoop([op, count, threads, piece = kind == ActivationKind::Relu ? Loop(addReluPiece) : Loop(addPiece)](const StepMemory &memory) {
            const float *a = memory.at<float>(op.inputs[0]), *b = memory.at<float>(op.inputs[1]);
            float *y = memory.at<float>(op.outputs[0]);
            forPieces(count, threads, [=](std::size_t begin, std::size_t end) { piece(a, b, y, begin, end); });
        });

    const MemoryDesc x = vectorDesc(static_cast<std::int64_t>(count));
    const auto desc = binaryDesc(Algorithm::binary_add, x, withActivation(*activation));
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::binary(desc));
    step->argument(call, DNNL_ARG_SRC_0, x, op.inputs[0]);
    step->argument(call, DNNL_ARG_SRC_1, x, op.inputs[1]);
    step->argument(call, DNNL_ARG_DST, x, op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
