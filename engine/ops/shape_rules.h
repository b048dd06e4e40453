// Checks and shapes that several ops' shape rules share.
#pragma once

#include "engine/ops/op_spec.h"

namespace trainyard {

std::vector<OutputType> activationLike(const Shape &shape);
Status expectRank(const char *op, const char *what, const TensorType &type, std::size_t rank);
Status expectSame(const char *op, const TensorType &a, const TensorType &b);
// [N, H, W, channels] after the window; an error that says the size needed where it does not fit.
Result<Shape> windowedShape(const char *op, const Window2d &window, const Shape &input, std::int64_t channels);

}  // namespace trainyard
