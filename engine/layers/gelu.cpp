#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    const ActivationKind kind = context.settings.choice("form") == "tanh" ? ActivationKind::GeluTanh : ActivationKind::Gelu;
    return context.builder.addOne(OpKind::Activate, ActivationAttributes{.kind = kind}, {context.inputs[0]});
}

LayerSpec makeGeluLayer()
{
    return {.type = "gelu",
            .title = "GELU",
            .category = Category::Activation,
            .summary = "A smooth ReLU that weights values by how likely they are to be large.",
            .help = "y = x P(z < x) for standard normal z. The usual activation in transformers; often a little better than ReLU in deep "
                    "networks, and slower. The form tanh is y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, at most 0.0005 off. "
                    "Hendrycks and Gimpel 2016.",
            .parameters = {choiceParameter("form", "Form", "exact", {"exact", "tanh"},
                                           "Exact computes the probability with erf; tanh is the approximation that GPT-2 and BERT's first "
                                           "version use. Choose the one your weights were trained with.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return settings.choice("form") == "tanh" ? std::string("tanh") : std::string(); }};
}

}  // namespace trainyard
