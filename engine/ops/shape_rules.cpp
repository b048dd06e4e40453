#include "engine/ops/shape_rules.h"

namespace trainyard {

std::vector<OutputType> activationLike(const TensorType &input)
{
    return activationLike(input, input.shape);
}

std::vector<OutputType> activationLike(const TensorType &input, Shape shape)
{
    return {{{isFloat(input.dtype) ? input.dtype : DType::F32, std::move(shape)}, Role::Activation}};
}

Status expectRank(const char *op, const char *what, const TensorType &type, std::size_t rank)
{
    if (type.shape.rank() != rank)
        return fail(ErrorCode::InvalidGraph, "{} needs {} with {} dimensions, got {}.", op, what, rank, type.shape.text());
    return {};
}

Status expectSame(const char *op, const TensorType &a, const TensorType &b)
{
    if (a.shape != b.shape)
        return fail(ErrorCode::InvalidGraph, "{} needs inputs of one shape, got {} and {}.", op, a.shape.text(), b.shape.text());
    return {};
}

Result<Shape> windowedShape(const char *op, const Window2d &window, const Shape &input, std::int64_t channels)
{
    const std::int64_t height = window.outputH(input[1]);
    const std::int64_t width = window.outputW(input[2]);
    const std::int64_t neededH = (window.kernelH - 1) * window.dilationH + 1;
    const std::int64_t neededW = (window.kernelW - 1) * window.dilationW + 1;
    if (input[1] + window.padTop + window.padBottom < neededH || input[2] + window.padLeft + window.padRight < neededW)
        return fail(ErrorCode::InvalidGraph,
                    "{} needs at least {} x {} input, got {} x {}. Use a smaller kernel or more padding.", op, neededH,
                    neededW, input[1], input[2]);
    return Shape{input[0], height, width, channels};
}

Status expectTargets(const char *op, const TensorType &predictions, const TensorType &targets)
{
    if (predictions.shape.rank() == 0)
        return fail(ErrorCode::InvalidGraph, "{} needs predictions of at least one dimension.", op);
    auto expected = predictions.shape.sizes();
    if (targets.dtype == DType::I32)
        expected.pop_back();
    if (Shape(expected) != targets.shape)
        return fail(ErrorCode::InvalidGraph, "{} got predictions of {} for targets of {}.", op, predictions.shape.text(), targets.shape.text());
    return {};
}

Status expectClassWeights(const char *op, const TensorType &predictions, const TensorType &weights)
{
    if (isPresent(weights) && (weights.dtype != DType::F32 || weights.shape != Shape{predictions.shape.back()}))
        return fail(ErrorCode::InvalidGraph, "{} needs one weight for each of {} classes, got {}.", op, predictions.shape.back(), weights.shape.text());
    return {};
}

Status expectLossScale(const char *op, const TensorType &type)
{
    if (type.dtype != DType::F32 || type.shape != Shape{4})
        return fail(ErrorCode::InvalidGraph, "{} needs the loss scale as four float32 numbers, got {} {}.", op, dtypeName(type.dtype),
                    type.shape.text());
    return {};
}

}  // namespace trainyard
