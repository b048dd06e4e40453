// adaptive_pool: an axis parted into bins (bins.h), and the mean or the largest entry of each. Over several axes one after the
// other: bins of an image are rectangles, and the mean of means of equal size is the mean.
//   input    x
//   output   y, `bins` long along the axis
#include "engine/ops/axis_run.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &pool = std::get<AdaptivePoolAttributes>(attributes);
    auto sizes = inputs[0].shape.sizes();
    const std::int64_t axis = axisOf(inputs[0].shape, pool.axis);
    if (axis < 0 || axis >= static_cast<std::int64_t>(sizes.size()) || pool.bins < 1)
        return fail(ErrorCode::InvalidGraph, "adaptive_pool of axis {} into {} bins does not fit {}.", pool.axis, pool.bins, inputs[0].shape.text());
    sizes[static_cast<std::size_t>(axis)] = pool.bins;
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static Status gradient(GradientContext &context)
{
    auto pool = context.attributes<AdaptivePoolAttributes>();
    const Shape &x = context.builder().shape(context.input(0));
    pool.length = x[static_cast<std::size_t>(axisOf(x, pool.axis))];
    TRAINYARD_TRY(const ValueId dx, context.builder().addOne(OpKind::AdaptivePoolGrad, pool,
                                                             {context.outputGradient(), pool.largest ? context.input(0) : kNoValue}));
    context.setInputGradient(0, dx);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kAdaptivePoolOp{.name = "adaptive_pool", .inferOutputs = infer, .gradient = gradient, .flops = flops};

}  // namespace trainyard
