#include "engine/layers/layer_list.h"
#include "engine/layers/merge_layer.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeMultiplyLayer()
{
    return {.type = "multiply",
            .title = "Multiply",
            .category = Category::Merge,
            .summary = "The product of its inputs, element by element.",
            .help = "y = a b ..., for 2 to 8 inputs of one shape. For gates: multiply values by the output of a sigmoid, and "
                    "the network learns what to let through.",
            .parameters = {},
            .minInputs = 2,
            .maxInputs = kMaxMergeInputs,
            .inferShape = mergeShape("Multiply"),
            .emitOps = mergeEmit(OpKind::Multiply),
            .label = noLabel};
}

}  // namespace trainyard
