#include "engine/layers/layer_list.h"
#include "engine/layers/merge_layer.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    return context.builder.addOne(OpKind::ElementwiseChain, ElementwiseChainAttributes{{{.code = ElementwiseCode::Subtract, .a = 0, .b = 1}}, {2}, {DType::F32}},
                                  {context.inputs[0], context.inputs[1]});
}

LayerSpec makeSubtractLayer()
{
    return {.type = "subtract",
            .title = "Subtract",
            .category = Category::Merge,
            .summary = "The first input minus the second, element by element.",
            .help = "y = a - b, for two inputs of one shape. For differences between two branches: what changed between two frames, or what an "
                    "estimate leaves over.",
            .parameters = {},
            .minInputs = 2,
            .maxInputs = 2,
            .inferShape = mergeShape("Subtract"),
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
