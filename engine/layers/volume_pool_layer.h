// What max and average pooling of volumes have in common. A box is pooled along depth and height first, then along width:
// with depth x height as the image and the width among its channels, and the other way round. Both are exact.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// Kernel, stride and padding.
std::vector<ParameterSpec> volumePoolParameters();
// The shape rule and the emit rule over op, which takes Pool2dAttributes.
std::function<ShapeResult(const LayerSettings &, std::span<const Shape>)> volumePoolShape(std::string title);
std::function<Result<ValueId>(EmitContext &)> volumePoolEmit(std::string title, OpKind op);
std::string volumePoolLabel(const LayerSettings &settings);

}  // namespace trainyard
