#include "engine/train/schedules/schedule_list.h"

namespace trainyard {

ScheduleSpec makeConstantSchedule()
{
    ScheduleSpec spec;
    spec.type = "constant";
    spec.title = "Constant";
    spec.summary = "The same learning rate from the first step to the last.";
    spec.help = "A good beginning with Adam and for short runs. When the loss stops falling while the training loss still jitters, a schedule that "
                "ends low usually gains some more.";
    spec.rate = [](const LayerSettings &, const SchedulePoint &point) { return point.base; };
    return spec;
}

}  // namespace trainyard
