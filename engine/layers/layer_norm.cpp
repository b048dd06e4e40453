#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const ValueId x = context.inputs[0];
    const Shape channels{builder.shape(x).back()};
    const auto parameter = [&](const char *key, Initializer initializer) {
        ParameterInit init;
        init.initializer = initializer;
        return builder.addParameter(context.name + key, channels, init);
    };
    const ValueId gamma = parameter("/gamma", Initializer::Ones);
    const ValueId beta = parameter("/beta", Initializer::Zeros);
    return builder.addOne(OpKind::LayerNorm, LayerNormAttributes{static_cast<float>(context.settings.real("epsilon"))}, {x, gamma, beta});
}

LayerSpec makeLayerNormLayer()
{
    return {.type = "layer_norm",
            .title = "Layer norm",
            .category = Category::Normalization,
            .summary = "Brings each sample's channels to mean 0 and variance 1, then scales and shifts them.",
            .help = "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance over the last dimension of "
                    "each sample (and of each position in it). It does not depend on the batch, so it works with any batch "
                    "size and is the same in training and prediction; transformers use it before or after each block. Ba, "
                    "Kiros and Hinton 2016.",
            .parameters = {realParameter("epsilon", "Epsilon", 1e-5, 1e-8, 1.0,
                                         "Added to the variance, so that a constant sample does not divide by zero.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
