#include <algorithm>

#include "engine/base/format.h"
#include "engine/train/schedules/schedule_list.h"
#include "engine/train/schedules/schedule_settings.h"

namespace trainyard {

const std::vector<ScheduleSpec> &scheduleCatalog()
{
    static const std::vector<ScheduleSpec> catalog{
#define X(Name) make##Name##Schedule(),
        TRAINYARD_SCHEDULES(X)
#undef X
    };
    return catalog;
}

const ScheduleSpec *findSchedule(std::string_view type)
{
    for (const ScheduleSpec &spec : scheduleCatalog())
        if (spec.type == type)
            return &spec;
    return nullptr;
}

const std::vector<ParameterSpec> &warmupSettings()
{
    static const std::vector<ParameterSpec> settings{
        integerParameter("warmup", "Warm-up", 0, 0, 1'000'000'000, "How long the rate rises in a straight line before the schedule begins; 0 is off."),
        choiceParameter("warmup_unit", "Warm-up in", "steps", {"steps", "epochs"}, "What the warm-up is counted in."),
        realParameter("warmup_from", "Warm-up from", 0.01, 0.0, 1.0, "The share of the rate that the warm-up begins with."),
    };
    return settings;
}

std::int64_t warmupSteps(const ScheduleConfig &config, std::int64_t stepsPerEpoch)
{
    const LayerSettings settings(warmupSettings(), config.settings);
    return settings.integer("warmup") * (settings.choice("warmup_unit") == "epochs" ? stepsPerEpoch : 1);
}

std::string scheduleMetric(const ScheduleConfig &config)
{
    const ScheduleSpec *spec = findSchedule(config.type);
    return spec && !spec->rate ? LayerSettings(spec->settings, config.settings).choice("metric") : std::string();
}

namespace {

Status checkValues(const std::vector<ParameterSpec> &specs, const ParameterMap &values)
{
    for (const ParameterSpec &spec : specs) {
        const auto found = values.find(spec.key);
        // A list has no sizes but counts, and a choice without choices is a name: their schedules check them.
        if (found == values.end() || spec.kind == ParameterKind::IntegerList || (spec.kind == ParameterKind::Choice && spec.choices.empty()))
            continue;
        if (const auto wrong = checkParameter(spec, found->second))
            return badSetting(spec.key, *wrong);
    }
    return {};
}

}  // namespace

Status checkSchedule(const ScheduleConfig &config, const SchedulePoint &point)
{
    const ScheduleSpec *spec = findSchedule(config.type);
    if (!spec) {
        std::string names;
        for (const ScheduleSpec &one : scheduleCatalog())
            names += (names.empty() ? "" : ", ") + one.type;
        return badSetting("type", fmt::format("There is no schedule {}. Choose one of {}.", config.type, names));
    }
    TRAINYARD_CHECK(checkValues(warmupSettings(), config.settings));
    TRAINYARD_CHECK(checkValues(spec->settings, config.settings));
    const std::int64_t warmup = warmupSteps(config, point.stepsPerEpoch);
    if (point.totalSteps > 0 && warmup >= point.totalSteps)
        return badSetting("warmup", fmt::format("The warm-up of {} steps is as long as the whole run of {} or longer. Set it to less, or train longer.",
                                                formatCount(warmup), formatCount(point.totalSteps)));
    SchedulePoint behind = point;
    if (point.totalSteps > 0)
        behind.totalSteps -= warmup;
    return spec->check ? spec->check(LayerSettings(spec->settings, config.settings), behind) : Status{};
}

}  // namespace trainyard
