#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    const auto deviation = static_cast<float>(context.settings.real("deviation"));
    if (context.mode != Mode::Train || deviation == 0.0f)
        return context.inputs[0];
    const ElementwiseInstruction noise{.code = ElementwiseCode::Noise, .parameter = deviation, .key = context.randomKey};
    return context.builder.addOne(OpKind::ElementwiseChain, ElementwiseChainAttributes{{noise}, {1}, {DType::F32}}, {context.inputs[0]});
}

LayerSpec makeGaussianNoiseLayer()
{
    return {.type = "gaussian_noise",
            .title = "Gaussian noise",
            .category = Category::Core,
            .summary = "Adds random numbers while training, so that the network does not rely on exact values.",
            .help = "In training y = x + deviation z with a fresh standard normal number z for each element; otherwise y = x. Put it right behind the "
                    "input, where it works like more data, or before an activation. 0.1 is a start for inputs scaled to deviation 1. Bishop 1995.",
            .parameters = {realParameter("deviation", "Deviation", 0.1, 0.0, 100.0, "Standard deviation of the noise; 0 adds none.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{}", settings.real("deviation")); }};
}

}  // namespace trainyard
