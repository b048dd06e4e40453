#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

// graph/flatten.cpp wires what comes to it past it, so this is not reached.
static Result<ValueId> emitOps(EmitContext &context)
{
    return fail(ErrorCode::Internal, "{} belongs inside the definition of a block.", context.name);
}

LayerSpec makeBlockOutputLayer()
{
    return {.type = kBlockOutputType,
            .title = "Block output",
            .category = Category::Core,
            .summary = "What a block gives: the layer connected to it inside the definition.",
            .help = "Each definition has one. To give several values, join them with concat.",
            .parameters = {},
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
