// slice: `length` entries from `begin` on along one axis.
//   input    x
//   output   y
#include "engine/ops/axis_run.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &slice = std::get<SliceAttributes>(attributes);
    auto sizes = inputs[0].shape.sizes();
    const std::int64_t rank = static_cast<std::int64_t>(sizes.size());
    const auto axis = static_cast<std::size_t>(slice.axis < 0 ? slice.axis + rank : slice.axis);
    if (axis >= sizes.size() || slice.begin < 0 || slice.length < 1 || slice.begin + slice.length > sizes[axis])
        return fail(ErrorCode::InvalidGraph, "slice of {} entries from {} on does not fit {}.", slice.length, slice.begin,
                    inputs[0].shape.text());
    sizes[axis] = slice.length;
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static Status gradient(GradientContext &context)
{
    const auto &slice = context.attributes<SliceAttributes>();
    const Shape &x = context.builder().shape(context.input(0));
    const auto axis = static_cast<std::size_t>(axisOf(x, slice.axis));
    const PadAttributes pad{slice.axis, slice.begin, x[axis] - slice.begin - slice.length, 0.0f};
    TRAINYARD_TRY(const ValueId dx, context.builder().addOne(OpKind::Pad, pad, {context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kSliceOp{.name = "slice", .inferOutputs = infer, .gradient = gradient};

}  // namespace trainyard
