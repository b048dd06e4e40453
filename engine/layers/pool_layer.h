// What max and average pooling have in common.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// Kernel, stride and padding.
std::vector<ParameterSpec> poolParameters();
// The shape rule and the emit rule of a pooling layer over op, which takes Pool2dAttributes.
std::function<ShapeResult(const LayerSettings &, std::span<const Shape>)> poolShape(std::string title);
std::function<Result<ValueId>(EmitContext &)> poolEmit(std::string title, OpKind op);
std::string poolLabel(const LayerSettings &settings);

}  // namespace trainyard
