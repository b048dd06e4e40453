#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const ValueId x = context.inputs[0];
    const Shape channels{builder.shape(x).back()};
    const auto parameter = [&](const char *key, Initializer initializer, bool trainable) {
        ParameterInit init;
        init.initializer = initializer;
        return builder.addParameter(context.name + key, channels, init, trainable);
    };
    const ValueId gamma = parameter("/gamma", Initializer::Ones, true);
    const ValueId beta = parameter("/beta", Initializer::Zeros, true);
    const ValueId mean = parameter("/running_mean", Initializer::Zeros, false);
    const ValueId variance = parameter("/running_variance", Initializer::Ones, false);
    BatchNormAttributes attributes;
    attributes.epsilon = static_cast<float>(context.settings.real("epsilon"));
    attributes.momentum = static_cast<float>(context.settings.real("momentum"));
    if (context.mode != Mode::Train || context.frozen)
        return builder.addOne(OpKind::BatchNormInference, attributes, {x, gamma, beta, mean, variance});
    TRAINYARD_TRY(const auto outputs,
                  builder.add(OpKind::BatchNorm, attributes, {x, gamma, beta, mean, variance}, {mean, variance}));
    return outputs.front();
}

LayerSpec makeBatchNormLayer()
{
    return {.type = "batch_norm",
            .title = "Batch norm",
            .category = Category::Normalization,
            .summary = "Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it.",
            .help = "y = gamma (x - mean) / sqrt(variance + epsilon) + beta for each channel. In training mean and variance "
                    "are the batch's own; their running averages serve for validation and prediction. Put it between a "
                    "convolution or dense layer (without bias) and its activation: training gets faster and less sensitive "
                    "to the learning rate. Needs batches of at least about 8. A frozen one takes its running averages in training, "
                    "too, and leaves them as they are. Ioffe and Szegedy 2015.",
            .parameters = {realParameter("momentum", "Momentum", 0.1, 0.0, 1.0,
                                         "Weight of the newest batch in the running averages: running = (1 - momentum) "
                                         "running + momentum batch."),
                           realParameter("epsilon", "Epsilon", 1e-5, 1e-8, 1.0,
                                         "Added to the variance, so that a constant channel does not divide by zero.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
