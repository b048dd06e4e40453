// What it takes to run the last stretch of a run again, to the bit: the checkpoint it began with and the learning rate of
// every step since.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/train/checkpoint.h"
#include "engine/train/epoch_order.h"
#include "engine/train/model.h"
#include "engine/train/non_finite.h"

namespace trainyard {

class ReplayLog {
public:
    // The run stands at this checkpoint; null: at its start, with the seed's weights. One too large to be kept beside the run is not taken, and the
    // stretch goes on.
    void begin(std::shared_ptr<const Checkpoint> from);
    void add(float learningRate);

    // False where the stretch grew too long to be run again.
    bool isWhole() const { return m_whole; }
    std::int64_t firstStep() const { return m_from ? m_from->step : 0; }
    const Checkpoint *from() const { return m_from.get(); }
    float rate(std::int64_t step) const { return m_rates[static_cast<std::size_t>(step - firstStep())]; }

private:
    std::shared_ptr<const Checkpoint> m_from;
    std::vector<float> m_rates;
    bool m_whole = true;
};

struct ReplayFinding {
    std::int64_t step = 0;  // counted from 0
    NonFinite what;
};

// Runs the stretch again on a fresh model, up to step `end`, and looks into every step from checkedFrom on; empty when all
// of it was finite, or cancelled() came true.
Result<std::optional<ReplayFinding>> replay(const ReplayLog &log, Model &model, EpochOrder &order, const TrainingConfig &config,
                                            std::int64_t checkedFrom, std::int64_t end, const std::function<bool()> &cancelled);

}  // namespace trainyard
