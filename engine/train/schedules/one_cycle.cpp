#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/train/schedules/schedule_list.h"
#include "engine/train/schedules/schedule_settings.h"

namespace trainyard {

namespace {

double between(bool cosine, double from, double to, double share)
{
    return cosine ? to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * share)) : from + (to - from) * share;
}

double rate(const LayerSettings &settings, const SchedulePoint &point)
{
    const double total = static_cast<double>(std::max<std::int64_t>(2, point.totalSteps));
    const double top = settings.real("rising_share") * total - 1, end = total - 1;
    const double step = std::min(static_cast<double>(point.step), end);
    const double first = point.base / settings.real("start_divisor"), last = first / settings.real("end_divisor");
    const bool cosine = settings.choice("shape") == "cosine";
    // A rise of less than one step is none: the first step has the highest rate.
    if (step < top)
        return between(cosine, first, point.base, step / top);
    return between(cosine, point.base, last, (step - std::max(0.0, top)) / (end - std::max(0.0, top)));
}

Status check(const LayerSettings &, const SchedulePoint &point)
{
    if (point.totalSteps == 1)
        return badSetting("rising_share", "One cycle needs a run of at least 2 steps, this one has 1. Train longer, or choose the constant schedule.");
    return {};
}

}  // namespace

// torch.optim.lr_scheduler.OneCycleLR with two phases, its max_lr being the learning rate. Momentum is left alone.
ScheduleSpec makeOneCycleSchedule()
{
    ScheduleSpec spec;
    spec.type = "one_cycle";
    spec.title = "One cycle";
    spec.summary = "Rises to the learning rate, then falls far below where it began.";
    spec.help = "From learning rate / start divisor up to the learning rate in the rising share of the run, then down to a final rate that is smaller "
                "than the first by the end divisor (Smith and Topin 2019). Allows a learning rate several times higher than a constant one; "
                "a learning-rate range test tells how high.";
    spec.settings = {realParameter("rising_share", "Rising share", 0.3, 0.0, 0.95, "The part of the run in which the rate rises."),
                     realParameter("start_divisor", "Start divisor", 25.0, 1.0, 1e9, "The first rate is the learning rate divided by this."),
                     realParameter("end_divisor", "End divisor", 1e4, 1.0, 1e12, "The last rate is the first one divided by this."),
                     choiceParameter("shape", "Shape", "cosine", {"cosine", "linear"}, "How the rate moves between its ends.")};
    spec.rate = rate;
    spec.check = check;
    spec.needsTotal = [](const LayerSettings &) { return true; };
    return spec;
}

}  // namespace trainyard
