// The settings of a run, taken out of its configuration so that runs can be compared and searched by them.
#pragma once

#include <string_view>
#include <vector>

#include "engine/storage/run_record.h"

namespace trainyard {

// One entry per leaf, keys joined with dots ("optimizer.momentum", "layers.0.units"). Text that is not JSON has none.
std::vector<RunParameter> flattenParameters(std::string_view configJson);

}  // namespace trainyard
