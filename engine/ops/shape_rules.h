// Checks and shapes that several ops' shape rules share.
#pragma once

#include "engine/ops/op_spec.h"
#include "engine/tensor/low_precision.h"

namespace trainyard {

// One activation of this shape, stored as the input it is made from: 16-bit inputs give 16-bit outputs.
std::vector<OutputType> activationLike(const TensorType &input);
std::vector<OutputType> activationLike(const TensorType &input, Shape shape);
Status expectRank(const char *op, const char *what, const TensorType &type, std::size_t rank);
Status expectSame(const char *op, const TensorType &a, const TensorType &b);
// [N, H, W, channels] after the window; an error that says the size needed where it does not fit.
Result<Shape> windowedShape(const char *op, const Window2d &window, const Shape &input, std::int64_t channels);
// Class indices I32 for each position of the predictions, or a weight for each class.
Status expectTargets(const char *op, const TensorType &predictions, const TensorType &targets);
// A weight for each class, where it is present.
Status expectClassWeights(const char *op, const TensorType &predictions, const TensorType &weights);
Status expectLossScale(const char *op, const TensorType &type);

}  // namespace trainyard
