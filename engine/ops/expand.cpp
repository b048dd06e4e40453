// expand: repeats x along a run of axes of length 1, or that x does not have.
//   input    x
//   output   y [the attributes' shape]
#include "engine/ops/axis_run.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const Shape to(std::get<ExpandAttributes>(attributes).shape);
    const RepeatedAxes axes = repeatedAxes(inputs[0].shape, to);
    if (!axes.fits || !axes.neighbours)
        return fail(ErrorCode::InvalidGraph, "expand cannot make {} of {}: axes of length 1 that stand side by side can be repeated.", to.text(),
                    inputs[0].shape.text());
    return activationLike(inputs[0], to);
}

static Status gradient(GradientContext &context)
{
    OpBuilder &builder = context.builder();
    const Shape from = builder.shape(context.input(0));
    const RepeatedAxes axes = repeatedAxes(from, builder.shape(context.output()));
    ValueId dx = context.outputGradient();
    if (axes.last >= axes.first) {
        const auto missing = static_cast<std::int64_t>(builder.shape(context.output()).rank() - from.rank());
        TRAINYARD_TRY(dx, builder.addOne(OpKind::Reduce, ReduceAttributes{ReduceKind::Sum, axes.first, axes.last, missing}, {dx}));
        if (builder.value(context.input(0)).role == Role::Parameter)
            builder.list().value(dx).role = Role::Gradient;
    }
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kExpandOp{.name = "expand", .inferOutputs = infer, .gradient = gradient};

}  // namespace trainyard
