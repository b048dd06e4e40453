#include "engine/layers/reduce_layer.h"

#include "engine/layers/parameter_specs.h"
#include "engine/layers/sample_axis.h"

namespace trainyard {

LayerSpec reduceLayer(std::string type, std::string title, std::string summary, ReduceKind kind)
{
    return {.type = std::move(type),
            .title = title,
            .category = Category::Shape,
            .summary = std::move(summary),
            .parameters = {axisParameter("axis", "Axis", 0, "The dimension that is reduced."),
                           booleanParameter("keep", "Keep dimension", false, "Leaves the dimension there with length 1, so that the result can be expanded again.")},
            .inferShape = [title](const LayerSettings &settings, std::span<const Shape> inputs) -> ShapeResult {
                const auto axis = sampleAxis(title, settings, "axis", inputs[0]);
                if (!axis)
                    return tl::unexpected(axis.error());
                auto sizes = inputs[0].sizes();
                sizes[static_cast<std::size_t>(*axis)] = 1;
                if (!settings.boolean("keep") && sizes.size() > 1)
                    sizes.erase(sizes.begin() + *axis);
                return Shape(std::move(sizes));
            },
            .emitOps = [title, kind](EmitContext &context) -> Result<ValueId> {
                OpBuilder &builder = context.builder;
                const auto axis = sampleAxis(title, context.settings, "axis", builder.shape(context.inputs[0]).withoutBatch());
                if (!axis)
                    return fail(ErrorCode::InvalidGraph, "{}", axis.error().message);
                TRAINYARD_TRY(const ValueId y, builder.addOne(OpKind::Reduce, ReduceAttributes{kind, *axis + 1, *axis + 1}, {context.inputs[0]}));
                return builder.addOne(OpKind::Reshape, ReshapeAttributes{context.outputShape.sizes()}, {y});
            },
            .label = [](const LayerSettings &settings) { return fmt::format("axis {}", settings.integer("axis")); }};
}

}  // namespace trainyard
