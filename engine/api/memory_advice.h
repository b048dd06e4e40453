// What to say when a run does not fit: which batch would, whether recomputation helps, and who holds the rest of the device.
#pragma once

#include <string>

#include "engine/graph/graph.h"
#include "engine/program/build.h"
#include "engine/train/training_config.h"

namespace trainyard {

// Full sentences; empty when nothing is known. Plans the run for many batch sizes, so up to seconds: for the engine
// thread or the background.
std::string memoryAdvice(const Graph &graph, const DataTypes &data, const TrainingConfig &config);

}  // namespace trainyard
