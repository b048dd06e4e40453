// The metrics a network is judged by, before any Program of it is built.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.h"

namespace trainyard {

// As MetricSlot::name of its Programs and in their order, "loss" first. chosen: as BuildOptions::metrics. Of a network that does
// not run yet, the loss alone.
std::vector<std::string> metricNames(const Graph &graph, const std::vector<std::string> &chosen = {});

// Whether these metrics fit the network; of one that does not run yet they do. Errors: InvalidArgument with the name of the loss
// layer whose predictions they judge.
Status checkMetrics(const Graph &graph, const std::vector<std::string> &chosen);

}  // namespace trainyard
