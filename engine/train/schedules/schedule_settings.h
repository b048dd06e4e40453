// What several schedules have in common: settings, counting, and the checks of a lowest rate.
#pragma once

#include "engine/layers/parameter_specs.h"
#include "engine/train/schedules/schedule.h"

namespace trainyard {

inline constexpr double kMostEpochs = 1'000'000;

ParameterSpec unitSetting();      // "unit": whether a schedule counts epochs or steps
ParameterSpec factorSetting(double standard);  // "gamma"
ParameterSpec lowestSetting(std::string key, std::string label, std::string help);

// Finished epochs, or steps, by the setting "unit".
std::int64_t countOf(const LayerSettings &settings, const SchedulePoint &point);

// For checks: the lowest rate is no higher than the learning rate itself.
Status checkLowest(const LayerSettings &settings, const std::string &key, double base);

// An error about one setting.
tl::unexpected<Error> badSetting(std::string key, std::string message);

}  // namespace trainyard
