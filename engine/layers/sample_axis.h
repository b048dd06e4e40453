// An axis of a sample as a person names it: from 0 on without the batch, or from the end, -1 being the last.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

ParameterSpec axisParameter(std::string key, std::string label, std::int64_t defaultValue, std::string help);

// The axis counted from 0 without the batch. The problem of an axis that the sample does not have comes with a fix.
tl::expected<std::int64_t, LayerProblem> sampleAxis(const std::string &title, const LayerSettings &settings, const std::string &key, const Shape &sample);

}  // namespace trainyard
