#include "engine/layers/layer_list.h"
#include "engine/layers/merge_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const Shape &first = inputs[0];
    const auto rank = static_cast<std::int64_t>(first.rank());
    const std::int64_t wanted = settings.integer("axis");
    const std::int64_t axis = wanted < 0 ? wanted + rank : wanted;
    if (axis < 0 || axis >= rank)
        return problem(fmt::format("Concat along axis {} expects inputs with that dimension, got {} with dimensions 0 to {}. "
                                   "Set axis to -1 for the last one.",
                                   wanted, first.text(), rank - 1),
                       "axis", ParameterFix{"axis", std::int64_t{-1}, "Set axis to -1"});
    auto sizes = first.sizes();
    sizes[static_cast<std::size_t>(axis)] = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        auto other = inputs[i].sizes();
        const std::int64_t length = other.size() == sizes.size() ? other[static_cast<std::size_t>(axis)] : 0;
        if (length)
            other[static_cast<std::size_t>(axis)] = sizes[static_cast<std::size_t>(axis)];
        if (other != sizes)
            return problem(fmt::format("Concat along axis {} expects inputs that are equal in every other dimension, got {} "
                                       "at input 1 and {} at input {}. Change the layers before it.",
                                       wanted, first.text(), inputs[i].text(), i + 1),
                           "axis");
        sizes[static_cast<std::size_t>(axis)] += length;
    }
    return boundedShape("Concat", Shape(std::move(sizes)));
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const std::int64_t axis = context.settings.integer("axis");
    return context.builder.addOne(OpKind::Concat, ConcatAttributes{axis < 0 ? axis : axis + 1}, context.inputs);
}

LayerSpec makeConcatLayer()
{
    return {.type = "concat",
            .title = "Concat",
            .category = Category::Merge,
            .summary = "Lines up its inputs side by side, by default along the channels.",
            .help = "8x8x16 and 8x8x32 become 8x8x48. For 2 to 8 inputs that are equal in every dimension but one. Joins "
                    "branches that look at the same sample in different ways, and skip connections in U-shaped networks.",
            .parameters = {integerParameter("axis", "Axis", -1, -6, 5,
                                            "The dimension that grows, counted from 0 without the batch; -1 is the last one, "
                                            "the channels of an image.")},
            .minInputs = 2,
            .maxInputs = kMaxMergeInputs,
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) {
                const std::int64_t axis = settings.integer("axis");
                return axis == -1 ? std::string() : fmt::format("axis {}", axis);
            }};
}

}  // namespace trainyard
