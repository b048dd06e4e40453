// Layers that join several inputs of one shape element by element.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

inline constexpr int kMaxMergeInputs = 8;

std::function<ShapeResult(const LayerSettings &, std::span<const Shape>)> mergeShape(std::string title);
// Folds the inputs from the left with a two-input op.
std::function<Result<ValueId>(EmitContext &)> mergeEmit(OpKind op);

}  // namespace trainyard
