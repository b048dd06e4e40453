// concat: inputs side by side along one axis of the batched tensor (never the batch axis).
//   inputs   one or more, equal in every other dimension
//   output   y
#include "engine/ops/shape_rules.h"

namespace trainyard {

static std::size_t axisOf(std::int64_t axis, const Shape &shape)
{
    return static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(shape.rank()) : axis);
}

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const Shape &first = inputs[0].shape;
    const std::size_t axis = axisOf(std::get<ConcatAttributes>(attributes).axis, first);
    if (axis == 0 || axis >= first.rank())
        return fail(ErrorCode::InvalidGraph, "concat has no axis {} in inputs of {} dimensions.", axis, first.rank());
    auto sizes = first.sizes();
    sizes[axis] = 0;
    for (const TensorType &input : inputs) {
        auto other = input.shape.sizes();
        const std::int64_t length = axis < other.size() ? other[axis] : 0;
        if (axis < other.size())
            other[axis] = sizes[axis];
        if (other != sizes)
            return fail(ErrorCode::InvalidGraph, "concat needs inputs equal but for axis {}, got {} and {}.", axis,
                        first.withoutBatch().text(), input.shape.withoutBatch().text());
        sizes[axis] += length;
    }
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static Status gradient(GradientContext &context)
{
    const auto &attributes = context.attributes<ConcatAttributes>();
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < context.op().inputs.size(); ++i) {
        const Shape shape = context.builder().shape(context.input(i));
        const std::int64_t length = shape[axisOf(attributes.axis, shape)];
        if (context.wants(i)) {
            TRAINYARD_TRY(const auto d, context.builder().addOne(OpKind::Slice, SliceAttributes{attributes.axis, begin, length},
                                                                 {context.outputGradient()}));
            context.setInputGradient(i, d);
        }
        begin += length;
    }
    return {};
}

const OpSpec kConcatOp{"concat", infer, gradient, nullptr};

}  // namespace trainyard
