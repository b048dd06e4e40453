#include "engine/train/schedules/schedule_settings.h"

#include "engine/base/format.h"

namespace trainyard {

ParameterSpec unitSetting()
{
    return choiceParameter("unit", "Counted in", "epochs", {"epochs", "steps"}, "Whether the schedule counts finished epochs or steps.");
}

ParameterSpec factorSetting(double standard)
{
    return realParameter("gamma", "Factor", standard, 1e-6, 1.0, "What the learning rate is multiplied by each time.");
}

ParameterSpec lowestSetting(std::string key, std::string label, std::string help)
{
    return realParameter(std::move(key), std::move(label), 0.0, 0.0, 1e6, std::move(help));
}

std::int64_t countOf(const LayerSettings &settings, const SchedulePoint &point)
{
    return settings.choice("unit") == "steps" ? point.step : point.step / std::max<std::int64_t>(1, point.stepsPerEpoch);
}

Status checkLowest(const LayerSettings &settings, const std::string &key, double base)
{
    if (const double lowest = settings.real(key); lowest > base)
        return badSetting(key, fmt::format("The lowest rate of {} is above the learning rate of {}. Set it to {} or less.",
                                           formatSignificant(lowest), formatSignificant(base), formatSignificant(base)));
    return {};
}

tl::unexpected<Error> badSetting(std::string key, std::string message)
{
    return fail(Error{ErrorCode::InvalidArgument, std::move(message), std::move(key), {}});
}

}  // namespace trainyard
