// The learning rate as a function of the step: the table of schedules, their settings, and warm-up before any of them.
//
// The settings are those of torch.optim.lr_scheduler, with the same values: tests compare the closed forms. Steps are
// counted from 0. What PyTorch leaves to where scheduler.step() is called is said here: step, multi_step and exponential
// count finished epochs (or steps, by their setting "unit"); polynomial, cosine and one_cycle follow every step.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"
#include "engine/layers/layer_spec.h"

namespace trainyard {

struct ScheduleConfig {
    std::string type = "constant";
    ParameterMap settings;  // of the schedule and of the warm-up; what is not there has its default
    bool operator==(const ScheduleConfig &) const = default;
};

// Where in a run a rate is asked for. Behind a warm-up, steps and the run's length are counted from its end.
struct SchedulePoint {
    double base = 0;                  // the learning rate of the settings
    std::int64_t step = 0;
    std::int64_t stepsPerEpoch = 1;
    std::int64_t totalSteps = 0;      // 0: not known
};

struct ScheduleSpec {
    std::string type, title, summary, help;
    std::vector<ParameterSpec> settings;
    // A pure function; empty: the rate follows a metric of the evaluations (reduce_on_plateau).
    std::function<double(const LayerSettings &, const SchedulePoint &)> rate;
    // What no range tells: settings that do not fit each other or the run (stepsPerEpoch 0: not known). The error's node is
    // the setting's key. May be empty.
    std::function<Status(const LayerSettings &, const SchedulePoint &)> check;
    // Whether the rate depends on where the run ends.
    std::function<bool(const LayerSettings &)> needsTotal;
};

const std::vector<ScheduleSpec> &scheduleCatalog();
const ScheduleSpec *findSchedule(std::string_view type);  // null: unknown

// "warmup", "warmup_unit" and "warmup_from": part of every schedule's settings.
const std::vector<ParameterSpec> &warmupSettings();
// In steps; of a warm-up in epochs 0 while the steps of an epoch are not known.
std::int64_t warmupSteps(const ScheduleConfig &config, std::int64_t stepsPerEpoch);
// The metric reduce_on_plateau follows; empty with any other schedule.
std::string scheduleMetric(const ScheduleConfig &config);

// Everything that can be said before the run. point: base, and what is known of the run; its step does not matter.
// Errors: InvalidArgument, with the setting's key as node where it is one setting's.
Status checkSchedule(const ScheduleConfig &config, const SchedulePoint &point);

// What a person types and sees: as parseParameter() and parameterText(), but lists are counts ("30, 60, 80") of any length,
// and a choice without choices is any name. Errors: the sentence to show.
tl::expected<ParameterValue, std::string> parseScheduleSetting(const ParameterSpec &setting, std::string_view text);
std::string scheduleSettingText(const ParameterSpec &setting, const ParameterValue &value);

// {"type": "cosine", "minimum": 1e-05, "warmup": 100}
nlohmann::ordered_json scheduleToJson(const ScheduleConfig &config);
// Errors: InvalidFile, naming the key.
Result<ScheduleConfig> scheduleFromJson(const nlohmann::ordered_json &json);

}  // namespace trainyard
