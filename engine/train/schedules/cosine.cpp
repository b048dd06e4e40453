#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/train/schedules/schedule_list.h"
#include "engine/train/schedules/schedule_settings.h"

namespace trainyard {

namespace {

double rate(const LayerSettings &settings, const SchedulePoint &point)
{
    const std::int64_t epochs = settings.integer("cycle_epochs");
    double length = static_cast<double>(epochs > 0 ? epochs * point.stepsPerEpoch : point.totalSteps);
    double within = static_cast<double>(point.step);
    if (epochs > 0) {
        const double growth = static_cast<double>(settings.integer("cycle_growth"));
        if (growth == 1) {
            within = std::fmod(within, length);
        } else {
            while (within >= length) {  // a run has few cycles: each is at least twice as long as the one before
                within -= length;
                length *= growth;
            }
        }
    }
    length = std::max(1.0, length);
    const double lowest = settings.real("minimum");
    return lowest + (point.base - lowest) * (1 + std::cos(std::numbers::pi * std::min(within, length) / length)) / 2;
}

}  // namespace

// torch.optim.lr_scheduler.CosineAnnealingLR and CosineAnnealingWarmRestarts, stepped every step.
ScheduleSpec makeCosineSchedule()
{
    ScheduleSpec spec;
    spec.type = "cosine";
    spec.title = "Cosine";
    spec.summary = "Falls along half a cosine, once or again and again.";
    spec.help = "rate = lowest + (learning rate - lowest) * (1 + cos(pi * t / T)) / 2, with t counted from the last restart (Loshchilov and Hutter 2017). "
                "Without restarts T is the whole run; with them the first cycle takes the chosen epochs, and each one after it is longer by the growth.";
    spec.settings = {lowestSetting("minimum", "Lowest rate", "Where each cosine ends."),
                     integerParameter("cycle_epochs", "Cycle, epochs", 0, 0, static_cast<std::int64_t>(kMostEpochs),
                                      "Epochs of the first cycle, after which the rate starts anew; 0: no restarts, one cosine over the whole run."),
                     integerParameter("cycle_growth", "Cycle growth", 1, 1, 100, "How many times longer each cycle is than the one before.")};
    spec.rate = rate;
    spec.check = [](const LayerSettings &settings, const SchedulePoint &point) { return checkLowest(settings, "minimum", point.base); };
    spec.needsTotal = [](const LayerSettings &settings) { return settings.integer("cycle_epochs") == 0; };
    return spec;
}

}  // namespace trainyard
