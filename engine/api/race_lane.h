// One contestant's turn in a race, on the race's thread: compile, warm up, train for the time given, measure.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/api/race.h"
#include "engine/data/dataset.h"
#include "engine/train/epoch_order.h"
#include "engine/train/model.h"

namespace trainyard {

class RaceLaneRun {
public:
    using JoulesNow = std::function<std::optional<double>(const DeviceInfo &)>;

    // All must outlive this; tell(force) after the lane has changed.
    RaceLaneRun(const Project &project, const Dataset &dataset, const RaceRequest &request, JoulesNow joulesNow, RaceLane &lane,
                std::function<void(bool)> tell);

    // Errors: everything that can keep a device from training this project. A race cancelled is none.
    Status run(const std::stop_token &stop);

private:
    Status prepare();
    // Steps until `seconds` have passed and `leastSteps` are done; counted: they are part of the race.
    Status train(const std::stop_token &stop, double seconds, std::int64_t leastSteps, bool counted);
    Status step();
    Status endStretch(double secondsNow);

    const Project &m_project;
    const Dataset &m_dataset;
    const RaceRequest &m_request;
    JoulesNow m_joulesNow;
    RaceLane &m_lane;
    std::function<void(bool)> m_tell;

    TrainingConfig m_config;
    std::optional<Model> m_model;
    std::optional<EpochOrder> m_order;
    std::int64_t m_step = 0, m_stepInEpoch = 0, m_epoch = 0;
    std::vector<double> m_sums;  // of the metrics at the end of the last stretch
    double m_stretchBegan = 0;
    std::int64_t m_samplesAtStretch = 0;
    std::int64_t m_chunk = 1;  // steps between two looks at the clock
};

}  // namespace trainyard
