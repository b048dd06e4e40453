// The learning-rate range test of a project.
#pragma once

#include "engine/api/project.h"
#include "engine/train/rate_sweep.h"

namespace trainyard {

// Loads the data and takes as long as the steps take; nothing is recorded. onStep and stop: as in sweepRates(). Errors:
// those of the data, the network and the settings.
Result<RateSweep> testRateRange(const Project &project, const RateSweepSettings &settings, const std::function<void(const RateSweep &)> &onStep = {},
                                const std::stop_token &stop = {});

}  // namespace trainyard
