#include <cmath>

#include "engine/backends/cpu/batch_norm_descs.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

TRAINYARD_SIMD_CLONES void scaleChannels(const float *x, const float *scale, std::size_t rows, std::size_t channels, float *y)
{
    for (std::size_t r = 0; r < rows; ++r)
#pragma omp simd
        for (std::size_t c = 0; c < channels; ++c)
            y[r * channels + c] = x[r * channels + c] * scale[c];
}

// Without beta and mean, as the gradient has it.
std::unique_ptr<Step> makeScaling(StepRequest &request)
{
    const auto channels = static_cast<std::size_t>(request.inputShape(0).back());
    const std::size_t rows = static_cast<std::size_t>(request.inputShape(0).elements()) / channels;
    request.scratchBytes = channels * sizeof(float);
    return makeLoop([op = request.op, epsilon = request.attributes<BatchNormAttributes>().epsilon, rows, channels,
                     threads = request.threads](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]), *gamma = memory.at<float>(op.inputs[1]), *variance = memory.at<float>(op.inputs[4]);
        auto *y = memory.at<float>(op.outputs[0]), *scale = reinterpret_cast<float *>(memory.scratch);
        for (std::size_t c = 0; c < channels; ++c)
            scale[c] = gamma[c] / std::sqrt(variance[c] + epsilon);
        forPieces(rows, threads, [=](std::size_t begin, std::size_t end) {
            scaleChannels(x + begin * channels, scale, end - begin, channels, y + begin * channels);
        });
    });
}

}  // namespace

std::unique_ptr<Step> makeBatchNormInference(StepRequest &request)
{
    if (!request.hasInput(3))
        return makeScaling(request);
    const auto &attributes = request.attributes<BatchNormAttributes>();
    const Shape &shape = request.inputShape(0);
    const MemoryDesc x = channelsDesc(request.inputType(0)), channels = vectorDesc(shape.back());
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
