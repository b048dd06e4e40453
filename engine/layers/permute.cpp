#include <algorithm>

#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const auto &order = settings.list("order");
    const auto rank = static_cast<std::int64_t>(inputs[0].rank());
    auto sorted = order;
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::int64_t> each, sizes;
    for (std::int64_t axis = 1; axis <= rank; ++axis)
        each.push_back(axis);
    if (sorted != each)
        return problem(fmt::format("Permute expects each dimension of {} once, 1 to {} in the new order, got {}.", inputs[0].text(), rank, sizesText(order)), "order",
                       ParameterFix{"order", each, fmt::format("Set order to {}", sizesText(each))});
    for (const std::int64_t axis : order)
        sizes.push_back(inputs[0][static_cast<std::size_t>(axis - 1)]);
    return Shape(std::move(sizes));
}

static Result<ValueId> emitOps(EmitContext &context)
{
    PermuteAttributes attributes{{0}};
    for (const std::int64_t axis : context.settings.list("order"))
        attributes.order.push_back(axis);
    return context.builder.addOne(OpKind::Permute, attributes, {context.inputs[0]});
}

LayerSpec makePermuteLayer()
{
    return {.type = "permute",
            .title = "Permute",
            .category = Category::Shape,
            .summary = "Puts the dimensions of a sample in another order.",
            .help = "Order 2x1 turns a sequence of length x channels into channels x length; 3x1x2 brings the channels of an image to the front. As in Keras, "
                    "dimensions are counted from 1 and the batch stays where it is. All values are copied.",
            .parameters = {shapeParameter("order", "Order", {2, 1}, "Which dimension of the input comes first, second and so on, counted from 1: 2x1.")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return sizesText(settings.list("order")); }};
}

}  // namespace trainyard
