// pad: entries before and after those of an axis: of one value, mirrored, or the outermost one repeated.
//   input    x
//   output   y, longer by before + after along the axis
#include <algorithm>

#include "engine/ops/axis_run.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &pad = std::get<PadAttributes>(attributes);
    auto sizes = inputs[0].shape.sizes();
    const auto rank = static_cast<std::int64_t>(sizes.size());
    const std::int64_t axis = pad.axis < 0 ? pad.axis + rank : pad.axis;
    if (axis < 0 || axis >= rank || pad.before < 0 || pad.after < 0)
        return fail(ErrorCode::InvalidGraph, "pad of {} before and {} after axis {} does not fit {}.", pad.before, pad.after, pad.axis,
                    inputs[0].shape.text());
    std::int64_t &length = sizes[static_cast<std::size_t>(axis)];
    if (pad.mode == PadMode::Reflect && std::max(pad.before, pad.after) >= length)
        return fail(ErrorCode::InvalidGraph, "pad cannot mirror {} and {} entries of an axis of {}: there are {} beside the outermost one.", pad.before, pad.after,
                    length, length - 1);
    length += pad.before + pad.after;
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static Status gradient(GradientContext &context)
{
    const auto &pad = context.attributes<PadAttributes>();
    const Shape &x = context.builder().shape(context.input(0));
    const std::int64_t length = x[static_cast<std::size_t>(axisOf(x, pad.axis))];
    TRAINYARD_TRY(const ValueId dx, pad.mode == PadMode::Constant
                                        ? context.builder().addOne(OpKind::Slice, SliceAttributes{pad.axis, pad.before, length}, {context.outputGradient()})
                                        : context.builder().addOne(OpKind::PadGrad, pad, {context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kPadOp{.name = "pad", .inferOutputs = infer, .gradient = gradient};

}  // namespace trainyard
