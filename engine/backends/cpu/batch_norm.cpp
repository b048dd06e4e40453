#include "engine/backends/cpu/batch_norm_descs.h"

namespace trainyard::cpu {

namespace {

// oneDNN normalizes; moving the running statistics is ours.
class BatchNormStep : public PrimitiveStep {
public:
    BatchNormStep(const Op &op, float momentum, std::int64_t channels, std::int64_t count)
        : m_op(op), m_momentum(momentum), m_channels(channels), m_count(count)
    {
    }

    void run(const StepMemory &memory) override
    {
        PrimitiveStep::run(memory);
        const float *mean = memory.at<float>(m_op.outputs[1]), *variance = memory.at<float>(m_op.outputs[2]);
        float *runningMean = memory.at<float>(m_op.inputs[3]), *runningVariance = memory.at<float>(m_op.inputs[4]);
        if (!runningMean)
            return;
        // The running variance is the unbiased one; one sample has none, so there it stays biased.
        const float unbiased = m_count > 1 ? static_cast<float>(m_count) / static_cast<float>(m_count - 1) : 1.0f;
        for (std::int64_t c = 0; c < m_channels; ++c) {
            runningMean[c] += m_momentum * (mean[c] - runningMean[c]);
            runningVariance[c] += m_momentum * (variance[c] * unbiased - runningVariance[c]);
        }
    }

private:
    const Op m_op;
    float m_momentum;
    std::int64_t m_channels, m_count;
};

}  // namespace

std::unique_ptr<Step> makeBatchNorm(StepRequest &request)
{
    const auto &attributes = request.attributes<BatchNormAttributes>();
    const Shape &shape = request.inputShape(0);
    const MemoryDesc x = channelsDesc(request.inputType(0)), channels = vectorDesc(shape.back());
    const auto desc = batchNormForwardDesc(Propagation::forward_training, x, attributes.epsilon, batchNormFlags(attributes, false));
    const Op &op = request.op;
    auto step = std::make_unique<BatchNormStep>(op, attributes.momentum, shape.back(), shape.elements() / shape.back());
    const std::size_t call = step->add(dnnl::batch_normalization_forward(desc));
    step->argument(call, DNNL_ARG_SRC, x, op.inputs[0]);
    step->argument(call, DNNL_ARG_SCALE, channels, op.inputs[1]);
    step->argument(call, DNNL_ARG_SHIFT, channels, op.inputs[2]);
    step->argument(call, DNNL_ARG_DST, x, op.outputs[0]);
    step->argument(call, DNNL_ARG_MEAN, channels, op.outputs[1]);
    step->argument(call, DNNL_ARG_VARIANCE, channels, op.outputs[2]);
    if (attributes.fusedRelu) {
        step->argument(call, DNNL_ARG_WORKSPACE, desc.workspace_desc(), op.outputs[3]);
        request.outputBytes[3] = desc.workspace_desc().get_size();
    }
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
