#include "engine/layers/layer_list.h"
#include "engine/layers/merge_layer.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    ElementwiseChainAttributes chain;
    const std::size_t inputs = context.inputs.size();
    std::uint8_t largest = 0;
    for (std::size_t i = 1; i < inputs; ++i) {
        chain.instructions.push_back({.code = ElementwiseCode::Maximum, .a = largest, .b = static_cast<std::uint8_t>(i)});
        largest = static_cast<std::uint8_t>(inputs + i - 1);
    }
    chain.results = {largest};
    chain.types = {DType::F32};
    return context.builder.addOne(OpKind::ElementwiseChain, std::move(chain), context.inputs);
}

LayerSpec makeMaximumLayer()
{
    return {.type = "maximum",
            .title = "Maximum",
            .category = Category::Merge,
            .summary = "The largest of its inputs, element by element.",
            .help = "y = max(a, b, ...), for 2 to 8 inputs of one shape; the gradient goes to the input that was the largest, the first of equal "
                    "ones. For maxout units, which learn their own activation: several dense layers joined by a maximum. Goodfellow et al. 2013.",
            .parameters = {},
            .minInputs = 2,
            .maxInputs = kMaxMergeInputs,
            .inferShape = mergeShape("Maximum"),
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
