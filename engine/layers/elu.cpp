#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    const auto alpha = static_cast<float>(context.settings.real("alpha"));
    return context.builder.addOne(OpKind::Activate, ActivationAttributes{ActivationKind::Elu, alpha}, {context.inputs[0]});
}

LayerSpec makeEluLayer()
{
    return {.type = "elu",
            .title = "ELU",
            .category = Category::Activation,
            .summary = "Keeps what is above zero and lets the rest level off smoothly.",
            .help = "y = x for x > 0, else alpha (exp(x) - 1). Values below zero bring the mean of a layer's output nearer to 0, which speeds "
                    "up networks without normalization; costs more than ReLU. Clevert et al. 2016.",
            .parameters = {realParameter("alpha", "Alpha", 1.0, 0.0, 10.0, "Values far below zero become -alpha; 0 is ReLU.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return settings.real("alpha") == 1.0 ? std::string() : fmt::format("{}", settings.real("alpha")); }};
}

}  // namespace trainyard
