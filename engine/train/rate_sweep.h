// The learning-rate range test: a short training in which every step has a higher rate than the one before (Smith 2017).
// Where the loss falls steepest the rate is good; where it is lowest it is already too high to stay there.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/train/model.h"
#include "engine/train/start_weights.h"

namespace trainyard {

struct RateSweepSettings {
    double from = 1e-7, to = 10;
    std::int64_t steps = 200;  // spaced evenly by their logarithms
    bool operator==(const RateSweepSettings &) const = default;
};

struct RateSweep {
    std::vector<double> rates, losses, smoothed;  // of one length; it ends where the loss runs away
    bool ranAway = false;
    // Absent where the loss never fell.
    std::optional<double> steepest, lowest;
    // To take: where the loss falls steepest, to two digits.
    std::optional<double> suggestion;
    std::string words;  // what was found, for people; once it is over
};

// Errors: InvalidArgument, naming the setting.
Status checkRateSweep(const RateSweepSettings &settings);

// What the curve says; sets everything but the curve. Pure.
void conclude(RateSweep &sweep);

// Trains a model of its own, from its first weights, and keeps nothing. start: what these come from, where config.startFrom is
// set; null: from the seed. onStep: called after each step with the curve so
// far; may be empty. A stop ends it with the curve so far and no conclusion. Errors: those of Model::create(), and
// InvalidArgument.
Result<RateSweep> sweepRates(const Graph &graph, const Dataset &dataset, const TrainingConfig &config, const RateSweepSettings &settings,
                             const std::function<void(const RateSweep &)> &onStep, const std::stop_token &stop, const StartSource *start = nullptr);

}  // namespace trainyard
