// What is known of the network and of its layers, as rows to show. Pure.
#pragma once

#include "engine/api/forecast.h"
#include "ui/panels/model/fact_table.h"

namespace trainyard::ui {

class ProjectDocument;

// Of one layer, or the sums of several. Forecast absent: memory is unknown.
std::vector<Fact> layerFacts(const ProjectDocument &document, const std::vector<LayerId> &layers, const std::optional<Forecast> &forecast);
std::vector<Fact> networkFacts(const ProjectDocument &document, const std::optional<Forecast> &forecast);
// The arena by part, largest first in the plan's own order; empty while the forecast is unknown.
std::vector<Fact> memoryFacts(const std::optional<Forecast> &forecast);

}  // namespace trainyard::ui
