#include <cmath>

#include "engine/train/schedules/schedule_list.h"
#include "engine/train/schedules/schedule_settings.h"

namespace trainyard {

// torch.optim.lr_scheduler.StepLR.
ScheduleSpec makeStepSchedule()
{
    ScheduleSpec spec;
    spec.type = "step";
    spec.title = "Step";
    spec.summary = "Multiplies the learning rate by a factor every few epochs.";
    spec.help = "rate = learning rate * factor ^ floor(epoch / every). The classic of image classification: 0.1 every 30 epochs of 90 "
                "(He et al. 2015).";
    spec.settings = {integerParameter("every", "Every", 10, 1, 1'000'000'000, "Epochs (or steps) between two reductions."), factorSetting(0.1), unitSetting()};
    spec.rate = [](const LayerSettings &settings, const SchedulePoint &point) {
        return point.base * std::pow(settings.real("gamma"), static_cast<double>(countOf(settings, point) / settings.integer("every")));
    };
    return spec;
}

}  // namespace trainyard
