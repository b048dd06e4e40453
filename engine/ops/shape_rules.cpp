#include "engine/ops/shape_rules.h"

namespace trainyard {

std::vector<OutputType> activationLike(const Shape &shape)
{
    return {{{DType::F32, shape}, Role::Activation}};
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

}  // namespace trainyard
