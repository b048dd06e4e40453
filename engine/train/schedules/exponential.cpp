#include <cmath>

#include "engine/train/schedules/schedule_list.h"
#include "engine/train/schedules/schedule_settings.h"

namespace trainyard {

// torch.optim.lr_scheduler.ExponentialLR.
ScheduleSpec makeExponentialSchedule()
{
    ScheduleSpec spec;
    spec.type = "exponential";
    spec.title = "Exponential";
    spec.summary = "Multiplies the learning rate by a factor after every epoch.";
    spec.help = "rate = learning rate * factor ^ epoch. 0.95 halves the rate every 14 epochs, 0.9 every 7.";
    spec.settings = {factorSetting(0.95), unitSetting()};
    spec.rate = [](const LayerSettings &settings, const SchedulePoint &point) {
        return point.base * std::pow(settings.real("gamma"), static_cast<double>(countOf(settings, point)));
    };
    return spec;
}

}  // namespace trainyard
