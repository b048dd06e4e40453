// The memory of reduce_on_plateau. A plain value: it goes into the checkpoint.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/layers/layer_spec.h"

namespace trainyard {

struct PlateauState {
    double factor = 1;                   // of the learning rate
    std::optional<double> best;
    std::int64_t waited = 0;             // evaluations since the best, or since the last reduction
    std::int64_t coolingDown = 0;        // evaluations that do not count yet
    bool operator==(const PlateauState &) const = default;
};

// Takes the metric of one evaluation; true: the rate is lower from now on. settings: of reduce_on_plateau.
bool observePlateau(PlateauState &state, const LayerSettings &settings, double base, double value, bool higherIsBetter);

}  // namespace trainyard
