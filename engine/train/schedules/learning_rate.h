// The learning rate of a run: its schedule, what has been reduced on the way, and a rate set by hand. Together with its
// state it is a function of the step alone, so that a resumed run goes on to the bit.
//
// A rate set by hand during a run scales the schedule: from that step on all its rates are multiplied by what the new
// one is to the one it replaces. With a constant schedule it is the rate to the bit.
#pragma once

#include <optional>
#include <string>

#include "engine/train/schedules/plateau.h"
#include "engine/train/schedules/schedule.h"

namespace trainyard {

// What a checkpoint keeps of it.
struct LearningRateState {
    std::optional<double> byHand;  // the rate set last...
    double replaced = 0;           // ...and what the schedule said at that step
    PlateauState plateau;
    bool operator==(const LearningRateState &) const = default;
};

class LearningRate {
public:
    // totalSteps 0: not known; the settings have passed checkSchedule().
    LearningRate(const ScheduleConfig &config, double base, std::int64_t stepsPerEpoch, std::int64_t totalSteps);

    double at(std::int64_t step) const;
    void setByHand(std::int64_t step, double rate);

    // The metric of an evaluation after so many steps, where the schedule follows one; true: the rate is lower from here on.
    const std::string &metric() const { return m_metric; }  // empty: none
    bool observe(std::int64_t steps, double value, bool higherIsBetter);

    const LearningRateState &state() const { return m_state; }
    void restore(const LearningRateState &state) { m_state = state; }

private:
    double scheduled(std::int64_t step) const;

    ScheduleConfig m_config;
    const ScheduleSpec *m_spec;
    SchedulePoint m_point;
    std::int64_t m_warmup;
    double m_warmupFrom;
    std::string m_metric;
    LearningRateState m_state;
};

}  // namespace trainyard
