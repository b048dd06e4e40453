// How pad and pad2d fill what they add.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// The settings "mode" and "value".
std::vector<ParameterSpec> padModeParameters();

// What goes around one axis of the batched tensor.
PadAttributes padAttributes(const LayerSettings &settings, std::int64_t axis, std::int64_t before, std::int64_t after);

// Whether an axis of this length is long enough to be mirrored so far. key: the setting at fault.
std::optional<LayerProblem> checkPadding(const std::string &title, const LayerSettings &settings, std::int64_t length, std::int64_t before, std::int64_t after,
                                         const std::string &key);

}  // namespace trainyard
