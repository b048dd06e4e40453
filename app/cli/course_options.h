// The flags of `train` that say how a run goes: its schedule, length, evaluations, early stopping and what it keeps.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/train/training_config.h"

namespace CLI {
class App;
class Option;
}

namespace trainyard::cli {

struct CourseOptions {
    std::optional<std::string> schedule, evaluateEvery, warmup, keepBest, stopMetric;
    std::vector<std::string> scheduleSettings;  // "patience=5"
    std::optional<double> minutes, minimumImprovement;
    std::optional<std::int64_t> patience;
};

// resume: a resumed run goes on as it began, so none of these go with it.
void addCourseOptions(CLI::App &command, CourseOptions &options, CLI::Option *resume);
// Puts what was said into the settings. Errors: InvalidArgument, naming the flag.
Status applyCourse(const CourseOptions &options, TrainingConfig &config);

}  // namespace trainyard::cli
