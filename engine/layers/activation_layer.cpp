#include "engine/layers/activation_layer.h"

#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec activationLayer(ActivationKind kind, std::string type, std::string title, std::string summary, std::string help)
{
    return {.type = std::move(type),
            .title = std::move(title),
            .category = Category::Activation,
            .summary = std::move(summary),
            .help = std::move(help),
            .parameters = {},
            .inferShape = sameAsInput,
            .emitOps = [kind](EmitContext &context) {
                return context.builder.addOne(OpKind::Activate, ActivationAttributes{.kind = kind}, {context.inputs[0]});
            },
            .label = noLabel};
}

}  // namespace trainyard
