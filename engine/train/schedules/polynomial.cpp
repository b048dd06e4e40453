#include <algorithm>
#include <cmath>

#include "engine/train/schedules/schedule_list.h"
#include "engine/train/schedules/schedule_settings.h"

namespace trainyard {

namespace {

std::int64_t span(const LayerSettings &settings, const SchedulePoint &point)
{
    const std::int64_t epochs = settings.integer("over_epochs");
    return std::max<std::int64_t>(1, epochs > 0 ? epochs * point.stepsPerEpoch : point.totalSteps);
}

}  // namespace

// torch.optim.lr_scheduler.PolynomialLR stepped every step; the lowest rate is Keras's end_learning_rate.
ScheduleSpec makePolynomialSchedule()
{
    ScheduleSpec spec;
    spec.type = "polynomial";
    spec.title = "Polynomial";
    spec.summary = "Falls to the lowest rate along a line or a power of one.";
    spec.help = "rate = lowest + (learning rate - lowest) * (1 - step / steps) ^ power, and the lowest rate behind it. Power 1 is the straight line "
                "that language models are often tuned with; 0.9 is used for segmentation.";
    spec.settings = {realParameter("power", "Power", 1.0, 0.01, 100.0, "1: a straight line; above 1: steep at first; below 1: steep at the end."),
                     lowestSetting("end", "Lowest rate", "Where the rate ends."),
                     integerParameter("over_epochs", "Over epochs", 0, 0, static_cast<std::int64_t>(kMostEpochs), "How many epochs the fall takes; 0: the whole run.")};
    spec.rate = [](const LayerSettings &settings, const SchedulePoint &point) {
        const std::int64_t steps = span(settings, point);
        const double done = static_cast<double>(std::min(point.step, steps)) / static_cast<double>(steps);
        const double end = settings.real("end");
        return end + (point.base - end) * std::pow(1 - done, settings.real("power"));
    };
    spec.check = [](const LayerSettings &settings, const SchedulePoint &point) { return checkLowest(settings, "end", point.base); };
    spec.needsTotal = [](const LayerSettings &settings) { return settings.integer("over_epochs") == 0; };
    return spec;
}

}  // namespace trainyard
