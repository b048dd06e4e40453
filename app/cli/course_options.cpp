#include "app/cli/course_options.h"

#include <algorithm>
#include <charconv>

#include <CLI/CLI.hpp>

#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

struct Count {
    std::int64_t number = 0;
    bool inSteps = false;
};

// "200" or "200steps" or "2epochs"; without a unit what is usual for the flag.
Result<Count> parseCount(const char *flag, const std::string &text, bool usuallySteps)
{
    Count count{0, usuallySteps};
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count.number);
    const std::string unit(stop, text.data() + text.size());
    if (unit == "steps" || unit == "step")
        count.inSteps = true;
    else if (unit == "epochs" || unit == "epoch")
        count.inSteps = false;
    else if (error != std::errc{} || !unit.empty())
        return fail(ErrorCode::InvalidArgument, "{} takes a number with its unit, such as 200steps or 2epochs, got {}.", flag, text);
    return count;
}

Status applySchedule(const CourseOptions &options, ScheduleConfig &config)
{
    if (options.schedule && *options.schedule != config.type)
        config = {*options.schedule, {}};
    const ScheduleSpec *schedule = findSchedule(config.type);
    for (const std::string &setting : options.scheduleSettings) {
        const auto equals = setting.find('=');
        const std::string key = setting.substr(0, equals);
        const ParameterSpec *found = nullptr;
        std::string keys;
        for (const auto *specs : {&schedule->settings, &warmupSettings()})
            for (const ParameterSpec &spec : *specs) {
                keys += (keys.empty() ? "" : ", ") + spec.key;
                if (spec.key == key)
                    found = &spec;
            }
        if (!found || equals == std::string::npos)
            return fail(ErrorCode::InvalidArgument, "--schedule-setting takes KEY=VALUE, got {}. The keys of the schedule {} are {}.", setting,
                        config.type, keys);
        auto value = parseScheduleSetting(*found, setting.substr(equals + 1));
        if (!value)
            return fail(ErrorCode::InvalidArgument, "{}", value.error());
        config.settings[key] = std::move(*value);
    }
    if (options.warmup) {
        TRAINYARD_TRY(const Count warmup, parseCount("--warmup", *options.warmup, true));
        config.settings["warmup"] = warmup.number;
        config.settings["warmup_unit"] = std::string(warmup.inSteps ? "steps" : "epochs");
    }
    return {};
}

}  // namespace

void addCourseOptions(CLI::App &command, CourseOptions &options, CLI::Option *resume)
{
    std::vector<std::string> types;
    for (const ScheduleSpec &spec : scheduleCatalog())
        types.push_back(spec.type);
    command.add_option("--schedule", options.schedule, "Of the learning rate, instead of the project's")->check(CLI::IsMember(types))->excludes(resume);
    command.add_option("--schedule-setting", options.scheduleSettings, "KEY=VALUE of the schedule, such as gamma=0.5; may be repeated")->excludes(resume);
    command.add_option("--warmup", options.warmup, "A linear warm-up before the schedule: 100steps or 1epochs")->excludes(resume);
    command.add_option("--minutes", options.minutes, "Train for so many minutes, instead of the project's length")->excludes(resume);
    command.add_option("--evaluate-every", options.evaluateEvery, "Evaluate every so often: 200steps or 2epochs")->excludes(resume);
    command.add_option("--patience", options.patience, "End early after so many evaluations without improvement; 0: never")->excludes(resume);
    command.add_option("--stop-metric", options.stopMetric, "What early stopping looks at, instead of the project's")->excludes(resume);
    command.add_option("--min-improvement", options.minimumImprovement, "The smallest improvement that counts for early stopping")->excludes(resume);
    command.add_option("--keep-best", options.keepBest, "Keep the weights that are best by this metric, and test with them")->excludes(resume);
}

Status applyCourse(const CourseOptions &options, TrainingConfig &config)
{
    TRAINYARD_CHECK(applySchedule(options, config.schedule));
    if (options.minutes) {
        config.length.unit = LengthUnit::Minutes;
        config.length.minutes = *options.minutes;
    }
    if (options.evaluateEvery) {
        TRAINYARD_TRY(const Count every, parseCount("--evaluate-every", *options.evaluateEvery, false));
        config.evaluation = {every.number, every.inSteps};
    }
    if (options.patience || options.stopMetric || options.minimumImprovement) {
        config.stopping.on = options.patience.value_or(config.stopping.patience) != 0;
        if (config.stopping.on)
            config.stopping.patience = options.patience.value_or(config.stopping.patience);
        config.stopping.metric = options.stopMetric.value_or(config.stopping.metric);
        config.stopping.minimumImprovement = options.minimumImprovement.value_or(config.stopping.minimumImprovement);
    }
    if (options.keepBest)
        config.best = {true, *options.keepBest, true};
    return {};
}

}  // namespace trainyard::cli
