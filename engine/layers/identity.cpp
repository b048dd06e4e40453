#include "engine/layers/layer_list.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeIdentityLayer()
{
    return {.type = "identity",
            .title = "Identity",
            .category = Category::Core,
            .summary = "Puts out what comes in.",
            .help = "y = x, at no cost. For a named place in the network: the join of many wires, or the spot where another layer was or will be.",
            .parameters = {},
            .inferShape = sameAsInput,
            .emitOps = [](EmitContext &context) -> Result<ValueId> { return context.inputs[0]; },
            .label = noLabel};
}

}  // namespace trainyard
