#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    const auto slope = static_cast<float>(context.settings.real("slope"));
    return context.builder.addOne(OpKind::Activate, ActivationAttributes{ActivationKind::LeakyRelu, slope},
                                  {context.inputs[0]});
}

LayerSpec makeLeakyReluLayer()
{
    return {.type = "leaky_relu",
            .title = "Leaky ReLU",
            .category = Category::Activation,
            .summary = "Keeps what is above zero and shrinks the rest instead of zeroing it.",
            .help = "y = x for x > 0, else slope x. Like ReLU, but a unit that is below zero for every sample still gets a "
                    "gradient and can come back. Maas et al. 2013.",
            .parameters = {realParameter("slope", "Slope", 0.01, 0.0, 1.0, "Factor on values below zero; 0 is ReLU.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{}", settings.real("slope")); }};
}

}  // namespace trainyard
