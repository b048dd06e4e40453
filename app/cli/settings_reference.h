// The reference of settings, for the commands that list layers and blocks.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/layers/layer_spec.h"

namespace trainyard::cli {

nlohmann::ordered_json settingsJson(const std::vector<ParameterSpec> &settings);
void printSettings(const std::vector<ParameterSpec> &settings);

}  // namespace trainyard::cli
