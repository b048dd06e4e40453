// What an evaluation means for the run: whether it is the best so far, and whether it is time to stop. Its state goes
// into the checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/program/program.h"
#include "engine/train/run_control.h"

namespace trainyard {

// The metrics of one pass, "loss" first, in the program's order; NaN where nothing was counted, and while training where the
// metric needs a whole evaluation.
struct MetricResult {
    std::string name;
    double value = 0;
    bool measured = true;  // false: only a whole evaluation could say it
};

// Which of the program's metrics has this name; empty: the first beside the loss. what: "early stopping", for the error.
// Errors: InvalidArgument, with the names there are.
Result<std::size_t> findMetric(std::span<const MetricSlot> metrics, const std::string &name, const char *what);

struct JudgeState {
    std::optional<double> best;      // of the metric the run's best is judged by
    std::int64_t bestStep = 0;
    std::optional<double> toImprove;  // early stopping: what has to be improved on
    std::int64_t waited = 0;          // evaluations since then
    bool operator==(const JudgeState &) const = default;
};

class Judge {
public:
    // Errors: InvalidArgument, for a metric the network does not have.
    static Result<Judge> create(const BestConfig &best, const StoppingConfig &stopping, std::span<const MetricSlot> metrics);

    struct Verdict {
        bool isBest = false;
        bool isOver = false;  // the patience is spent
    };
    // results: of one evaluation after so many steps, in the program's order.
    Verdict judge(std::int64_t step, std::span<const MetricResult> results);
    // After isOver: "loss has not improved for 10 evaluations; its best was 0.0312."
    std::string whyOver() const;

    std::size_t bestIndex() const { return m_best.index; }
    const std::string &bestName() const { return m_best.name; }
    bool bestIsHigher() const { return m_best.higher; }
    const JudgeState &state() const { return m_state; }
    void restore(const JudgeState &state) { m_state = state; }

private:
    struct Watched {
        std::size_t index = 0;
        std::string name;
        bool higher = false;
        // Whether value beats the best so far by more than margin; one that is not finite never does.
        bool isBetter(double value, const std::optional<double> &before, double margin) const;
    };

    StoppingConfig m_config;
    Watched m_best, m_stop;
    JudgeState m_state;
};

}  // namespace trainyard
