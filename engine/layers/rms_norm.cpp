#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const ValueId x = context.inputs[0];
    ParameterInit init;
    init.initializer = Initializer::Ones;
    const ValueId gamma = builder.addParameter(context.name + "/gamma", Shape{builder.shape(x).back()}, init);
    return builder.addOne(OpKind::RmsNorm, LayerNormAttributes{static_cast<float>(context.settings.real("epsilon"))}, {x, gamma});
}

LayerSpec makeRmsNormLayer()
{
    return {.type = "rms_norm",
            .title = "RMS norm",
            .category = Category::Normalization,
            .summary = "Divides each sample's channels by their root mean square, then scales them.",
            .help = "y = gamma x / sqrt(mean of x^2 + epsilon), over the last dimension of each sample (and of each position in it). "
                    "Layer norm without mean and shift: as good in transformers, and cheaper. Zhang and Sennrich 2019.",
            .parameters = {realParameter("epsilon", "Epsilon", 1e-6, 1e-8, 1.0, "Added to the mean square, so that a sample of zeros does not divide by zero.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
