#include "engine/layers/layer_list.h"
#include "engine/layers/merge_layer.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeAddLayer()
{
    return {.type = "add",
            .title = "Add",
            .category = Category::Merge,
            .summary = "The sum of its inputs, element by element.",
            .help = "y = a + b + ..., for 2 to 8 inputs of one shape. The join of a residual block: add the block's input to "
                    "its output, and deep networks train well. He et al. 2016.",
            .parameters = {},
            .minInputs = 2,
            .maxInputs = kMaxMergeInputs,
            .inferShape = mergeShape("Add"),
            .emitOps = mergeEmit(OpKind::Add),
            .label = noLabel};
}

}  // namespace trainyard
