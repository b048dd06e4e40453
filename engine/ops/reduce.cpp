// reduce: the sum, mean or largest over a run of neighbouring axes, which stay with length 1 or are dropped.
//   input    x
//   output   y
#include "engine/ops/axis_run.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &reduce = std::get<ReduceAttributes>(attributes);
    auto sizes = inputs[0].shape.sizes();
    const bool drops = reduce.dropped == 0 || (reduce.first == 0 && reduce.dropped > 0 && reduce.dropped <= reduce.last + 1);
    if (reduce.first < 0 || reduce.last < reduce.first || reduce.last >= static_cast<std::int64_t>(sizes.size()) || !drops)
        return fail(ErrorCode::InvalidGraph, "reduce over the axes {} to {} does not fit {}.", reduce.first, reduce.last, inputs[0].shape.text());
    for (std::int64_t axis = reduce.first; axis <= reduce.last; ++axis)
        sizes[static_cast<std::size_t>(axis)] = 1;
    sizes.erase(sizes.begin(), sizes.begin() + reduce.dropped);
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static Status gradient(GradientContext &context)
{
    OpBuilder &builder = context.builder();
    const auto &reduce = context.attributes<ReduceAttributes>();
    const Shape x = builder.shape(context.input(0));
    ValueId dy = context.outputGradient(), dx = kNoValue;
    if (reduce.kind == ReduceKind::Max) {
        TRAINYARD_TRY(dx, builder.addOne(OpKind::ReduceMaxGrad, reduce, {context.input(0), dy}));
    } else {
        if (reduce.kind == ReduceKind::Mean) {
            const auto share = static_cast<float>(1.0 / static_cast<double>(axisRun(x, reduce.first, reduce.last).length));
            const ElementwiseChainAttributes scale{{{.code = ElementwiseCode::Scale, .a = 0, .parameter = share}}, {1}, {builder.value(dy).type.dtype}};
            TRAINYARD_TRY(dy, builder.addOne(OpKind::ElementwiseChain, scale, {dy}));
        }
        TRAINYARD_TRY(dx, builder.addOne(OpKind::Expand, ExpandAttributes{x.sizes()}, {dy}));
    }
    context.setInputGradient(0, dx);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kReduceOp{.name = "reduce", .inferOutputs = infer, .gradient = gradient, .flops = flops};

}  // namespace trainyard
