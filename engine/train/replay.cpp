#include "engine/train/replay.h"

namespace trainyard {

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;  // of a checkpoint kept in the host's memory
constexpr std::size_t kMostSteps = 1'000'000;

std::uint64_t bytesOf(const Checkpoint &checkpoint)
{
    std::uint64_t bytes = 0;
    for (const NamedTensor &tensor : checkpoint.tensors.tensors)
        bytes += tensor.tensor.data.size();
    return bytes;
}

}  // namespace

void ReplayLog::begin(std::shared_ptr<const Checkpoint> from)
{
    if (from && bytesOf(*from) > kMostBytes) {
        if (m_rates.empty() && !m_from)  // a run resumed, or started from other weights: its stretch has no beginning here
            m_whole = false;
        return;
    }
    m_from = std::move(from);
    m_rates.clear();
    m_whole = true;
}

void ReplayLog::add(float learningRate)
{
    if (m_rates.size() < kMostSteps)
        m_rates.push_back(learningRate);
    else
        m_whole = false;
}

Result<std::optional<ReplayFinding>> replay(const ReplayLog &log, Model &model, EpochOrder &order, const TrainingConfig &config,
                                            std::int64_t checkedFrom, std::int64_t end, const std::function<bool()> &cancelled)
{
    std::int64_t epoch = 0, stepInEpoch = 0;
    if (const Checkpoint *from = log.from()) {
        TRAINYARD_CHECK(model.restore(from->tensors));
        epoch = from->epoch;
        stepInEpoch = from->stepInEpoch;
    }
    order.begin(epoch);
    for (std::int64_t step = log.firstStep(); step < end && !cancelled(); ++step) {
        if (stepInEpoch == order.stepsPerEpoch()) {
            order.begin(++epoch);
            stepInEpoch = 0;
        }
        const auto rows = order.batch(stepInEpoch++);
        const StepScalars scalars{config.seed, static_cast<std::uint64_t>(step), log.rate(step), static_cast<std::int32_t>(config.batchSize)};
        if (step < checkedFrom) {
            TRAINYARD_CHECK(model.trainStep(rows, scalars));
            continue;
        }
        TRAINYARD_TRY(auto found, model.trainStepChecked(rows, scalars));
        if (found)
            return ReplayFinding{step, std::move(*found)};
    }
    return std::nullopt;
}

}  // namespace trainyard
