#include <algorithm>

#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

// The sizes with dimensions of 1 in front for those that x does not have.
static std::vector<std::int64_t> withMissing(const Shape &x, std::size_t rank)
{
    std::vector<std::int64_t> sizes(rank - std::min(rank, x.rank()), 1);
    sizes.insert(sizes.end(), x.sizes().begin(), x.sizes().end());
    return sizes;
}

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const auto &to = settings.list("shape");
    const std::vector<std::int64_t> from = withMissing(inputs[0], to.size());
    std::vector<std::int64_t> nearest = from;
    for (std::size_t i = 0; i < to.size() && from.size() == to.size(); ++i)
        nearest[i] = from[i] == 1 ? to[i] : from[i];
    if (nearest != to)
        return problem(fmt::format("Expand to {} expects an input whose dimensions are 1 where they grow and the same elsewhere, got {}.", sizesText(to),
                                   inputs[0].text()),
                       "shape", ParameterFix{"shape", nearest, fmt::format("Set shape to {}", sizesText(nearest))});
    return boundedShape("Expand", Shape(to), "shape");
}

// An op for each run of dimensions that grow.
static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const std::vector<std::int64_t> &to = context.outputShape.sizes();
    ValueId x = context.inputs[0];
    std::vector<std::int64_t> sizes = withMissing(builder.shape(x).withoutBatch(), to.size());
    if (Shape(sizes) != builder.shape(x).withoutBatch()) {
        TRAINYARD_TRY(x, builder.addOne(OpKind::Reshape, ReshapeAttributes{sizes}, {x}));
    }
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (sizes[i] == to[i])
            continue;
        for (; i < to.size() && sizes[i] != to[i]; ++i)
            sizes[i] = to[i];
        const Shape expanded = Shape(sizes).withBatch(builder.shape(x)[0]);
        TRAINYARD_TRY(x, builder.addOne(OpKind::Expand, ExpandAttributes{expanded.sizes()}, {x}));
    }
    return x;
}

LayerSpec makeExpandLayer()
{
    return {.type = "expand",
            .title = "Expand",
            .category = Category::Shape,
            .summary = "Repeats what has length 1 to a given shape.",
            .help = "Dimensions of length 1 are repeated up to the size asked for, and dimensions that are missing in front are added; all others stay as they "
                    "are. Brings a mean over an image, or one vector for each sample, back to the shape of what it is added to or multiplied with.",
            .parameters = {shapeParameter("shape", "Shape", {8, 8, 1}, "Of one sample, without the batch.")},
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return sizesText(settings.list("shape")); }};
}

}  // namespace trainyard
