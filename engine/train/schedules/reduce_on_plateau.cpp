#include "engine/train/schedules/plateau.h"

#include <algorithm>
#include <cmath>

#include "engine/train/schedules/schedule_list.h"
#include "engine/train/schedules/schedule_settings.h"

namespace trainyard {

namespace {

// Of PyTorch: changes smaller than this are not made.
constexpr double kSmallestChange = 1e-8;

bool isBetter(double value, double best, double threshold, bool higherIsBetter)
{
    return higherIsBetter ? value > best * (1 + threshold) : value < best * (1 - threshold);
}

}  // namespace

bool observePlateau(PlateauState &state, const LayerSettings &settings, double base, double value, bool higherIsBetter)
{
    // A value that is not finite is no improvement.
    if (std::isfinite(value) && (!state.best || isBetter(value, *state.best, settings.real("threshold"), higherIsBetter))) {
        state.best = value;
        state.waited = 0;
    } else {
        ++state.waited;
    }
    if (state.coolingDown > 0) {
        --state.coolingDown;
        state.waited = 0;
    }
    if (state.waited <= settings.integer("patience"))
        return false;
    state.coolingDown = settings.integer("cooldown");
    state.waited = 0;
    const double before = base * state.factor, after = std::max(before * settings.real("gamma"), settings.real("minimum"));
    if (before - after <= kSmallestChange)
        return false;
    state.factor = after / base;
    return true;
}

// torch.optim.lr_scheduler.ReduceLROnPlateau with relative thresholds; counted in evaluations.
ScheduleSpec makeReduceOnPlateauSchedule()
{
    ScheduleSpec spec;
    spec.type = "reduce_on_plateau";
    spec.title = "Reduce on plateau";
    spec.summary = "Multiplies the learning rate by a factor when a metric has stopped improving.";
    spec.help = "After more than patience evaluations without an improvement by the threshold (a share of the best value), the rate is multiplied by "
                "the factor, never below the lowest rate. During the cooldown that follows, evaluations do not count, nor do they in the warm-up.";
    spec.settings = {choiceParameter("metric", "Metric", "loss", {}, "What has to improve, on the validation part: loss, or a metric of the network."),
                     integerParameter("patience", "Patience", 10, 1, 1'000'000, "Evaluations without improvement that are waited for."),
                     realParameter("gamma", "Factor", 0.1, 1e-6, 0.999999, "What the learning rate is multiplied by."),
                     realParameter("threshold", "Threshold", 1e-4, 0.0, 1.0, "The smallest improvement that counts, as a share of the best value."),
                     integerParameter("cooldown", "Cooldown", 0, 0, 1'000'000, "Evaluations after a reduction that do not count."),
                     lowestSetting("minimum", "Lowest rate", "The rate is never reduced below this.")};
    spec.check = [](const LayerSettings &settings, const SchedulePoint &point) { return checkLowest(settings, "minimum", point.base); };
    return spec;
}

}  // namespace trainyard
