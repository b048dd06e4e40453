// Times of a step now and then, by events that nobody waits for. One measurement is under way at a time.
#pragma once

#include <optional>

#include "engine/backends/backend.h"
#include "engine/backends/cuda/resources.h"

namespace trainyard::cuda {

// Events at the borders of a step's phases, recorded between its ops.
struct PhaseMarks {
    cudaEvent_t backward = nullptr, update = nullptr;
};

class StepClock {
public:
    Status create();

    // Whether the run with this number (from 0) is to be measured, or comes right before one that is.
    bool measures(std::uint64_t run) const { return run % kEvery == kEvery - 1 && !m_pending; }
    bool precedes(std::uint64_t run) const { return run % kEvery == kEvery - 2 && !m_pending; }

    // At the end of the step before, whatever the program; `turn` counts the steps of all programs.
    Status endedBefore(std::uint64_t turn, cudaStream_t stream);

    // The step measured: begin, then arrived (its batch is on the device), copied (rows and scalars, too), end. gapKnown:
    // the host did nothing out of the ordinary since the step before.
    Status begin(std::uint64_t step, std::uint64_t turn, bool streamed, bool training, bool gapKnown, cudaStream_t stream);
    Status arrived(cudaStream_t stream) { return record(m_arrived, stream); }
    Status copied(cudaStream_t stream) { return record(m_copied, stream); }
    Status end(cudaStream_t stream);
    PhaseMarks phases() const { return {m_backward.get(), m_update.get()}; }
    cudaEvent_t copyBegin() const { return m_copyBegin.get(); }
    cudaEvent_t copyEnd() const { return m_copyEnd.get(); }

    // The times of the step measured last, once it is done; each is given once.
    std::optional<StepTimes> take();

private:
    static constexpr std::uint64_t kEvery = 50;

    static Status record(const Event &event, cudaStream_t stream);

    Event m_before, m_begin, m_arrived, m_copied, m_backward, m_update, m_end, m_copyBegin, m_copyEnd;
    std::uint64_t m_beforeTurn = 0;
    std::uint64_t m_step = 0;
    bool m_streamed = false, m_training = false, m_gapKnown = false;
    bool m_pending = false;
};

}  // namespace trainyard::cuda
