#include "engine/layers/merge_layer.h"

#include "engine/layers/shape_checks.h"

namespace trainyard {

std::function<ShapeResult(const LayerSettings &, std::span<const Shape>)> mergeShape(std::string title)
{
    return [title = std::move(title)](const LayerSettings &, std::span<const Shape> inputs) -> ShapeResult {
        if (auto found = checkSameShapes(title, inputs))
            return tl::unexpected(std::move(*found));
        return inputs[0];
    };
}

std::function<Result<ValueId>(EmitContext &)> mergeEmit(OpKind op)
{
    return [op](EmitContext &context) -> Result<ValueId> {
        OpAttributes attributes = NoAttributes{};
        if (op == OpKind::Add)
            attributes = ActivationAttributes{};  // where the fusion pass puts an activation of the sum
        ValueId merged = context.inputs[0];
        for (std::size_t i = 1; i < context.inputs.size(); ++i) {
            TRAINYARD_TRY(merged, context.builder.addOne(op, attributes, {merged, context.inputs[i]}));
        }
        return merged;
    };
}

}  // namespace trainyard
