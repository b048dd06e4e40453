#include <algorithm>

#include "engine/layers/layer_list.h"
#include "engine/layers/merge_layer.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

// The shape of most dimensions: all inputs have it, or are one number per channel of it.
static const Shape &largest(std::span<const Shape> shapes)
{
    return *std::max_element(shapes.begin(), shapes.end(), [](const Shape &a, const Shape &b) { return a.rank() < b.rank(); });
}

static ShapeResult inferShape(const LayerSettings &, std::span<const Shape> inputs)
{
    const Shape &shape = largest(inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (inputs[i] != shape && inputs[i] != Shape{shape.back()})
            return problem(fmt::format("Multiply expects inputs of one shape, or one number for each channel of the largest, which is {}; got {} at input {}. "
                                       "Change the layers before it.",
                                       shape.text(), inputs[i].text(), i + 1));
    return shape;
}

// The numbers of the channels at every position.
static Result<ValueId> spread(OpBuilder &builder, ValueId channels, const Shape &shape)
{
    std::vector<std::int64_t> ones(shape.rank(), 1);
    ones.back() = shape.back();
    TRAINYARD_TRY(const ValueId aligned, builder.addOne(OpKind::Reshape, ReshapeAttributes{ones}, {channels}));
    const Shape all = shape.withBatch(builder.shape(channels)[0]);
    if (builder.shape(aligned) == all)
        return aligned;
    return builder.addOne(OpKind::Expand, ExpandAttributes{all.sizes()}, {aligned});
}

static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    ValueId product = kNoValue;
    for (ValueId input : context.inputs) {
        if (builder.shape(input).withoutBatch() != context.outputShape) {
            TRAINYARD_TRY(input, spread(builder, input, context.outputShape));
        }
        if (product != kNoValue) {
            TRAINYARD_TRY(input, builder.addOne(OpKind::Multiply, NoAttributes{}, {product, input}));
        }
        product = input;
    }
    return product;
}

LayerSpec makeMultiplyLayer()
{
    return {.type = "multiply",
            .title = "Multiply",
            .category = Category::Merge,
            .summary = "The product of its inputs, element by element.",
            .help = "y = a b ..., for 2 to 8 inputs of one shape; an input of one number per channel counts at every position: 8x8x16 times 16. For gates: multiply "
                    "values by the output of a sigmoid, and the network learns what to let through.",
            .parameters = {},
            .minInputs = 2,
            .maxInputs = kMaxMergeInputs,
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
