#include <algorithm>
#include <cmath>

#include "engine/base/format.h"
#include "engine/train/schedules/schedule_list.h"
#include "engine/train/schedules/schedule_settings.h"

namespace trainyard {

namespace {

Status check(const LayerSettings &settings, const SchedulePoint &)
{
    std::int64_t before = 0;
    for (const std::int64_t milestone : settings.list("milestones")) {
        if (milestone <= before)
            return badSetting("milestones", fmt::format("Milestones rise from 1 on, but {} follows {}. Write them in order, such as 30, 60, 80.",
                                                        formatCount(milestone), formatCount(before)));
        before = milestone;
    }
    return {};
}

}  // namespace

// torch.optim.lr_scheduler.MultiStepLR.
ScheduleSpec makeMultiStepSchedule()
{
    ScheduleSpec spec;
    spec.type = "multi_step";
    spec.title = "Multi-step";
    spec.summary = "Multiplies the learning rate by a factor at chosen epochs.";
    spec.help = "rate = learning rate * factor ^ (milestones passed). For runs whose plateaus are known from runs before.";
    spec.settings = {shapeParameter("milestones", "Milestones", {15, 25}, "The epochs (or steps) after which the rate falls, in order: 30, 60, 80."),
                     factorSetting(0.1), unitSetting()};
    spec.rate = [](const LayerSettings &settings, const SchedulePoint &point) {
        const auto &milestones = settings.list("milestones");
        const std::int64_t count = countOf(settings, point);
        const auto passed = std::count_if(milestones.begin(), milestones.end(), [&](std::int64_t milestone) { return milestone <= count; });
        return point.base * std::pow(settings.real("gamma"), static_cast<double>(passed));
    };
    spec.check = check;
    return spec;
}

}  // namespace trainyard
