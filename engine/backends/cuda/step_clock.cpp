#include "engine/backends/cuda/step_clock.h"

namespace trainyard::cuda {

namespace {

std::optional<double> between(const Event &from, const Event &to)
{
    float milliseconds = 0;
    if (cudaEventElapsedTime(&milliseconds, from.get(), to.get()) != cudaSuccess) {
        cudaGetLastError();
        return std::nullopt;
    }
    return static_cast<double>(milliseconds);
}

}  // namespace

Status StepClock::create()
{
    for (Event *event : {&m_before, &m_begin, &m_arrived, &m_copied, &m_backward, &m_update, &m_end, &m_copyBegin, &m_copyEnd}) {
        TRAINYARD_TRY(*event, makeTimingEvent());
    }
    return {};
}

Status StepClock::record(const Event &event, cudaStream_t stream)
{
    return check(cudaEventRecord(event.get(), stream), "take the time of a step");
}

Status StepClock::endedBefore(std::uint64_t turn, cudaStream_t stream)
{
    m_beforeTurn = turn;
    return record(m_before, stream);
}

Status StepClock::begin(std::uint64_t step, std::uint64_t turn, bool streamed, bool training, bool gapKnown, cudaStream_t stream)
{
    m_step = step;
    m_streamed = streamed;
    m_training = training;
    m_gapKnown = gapKnown && turn > 0 && m_beforeTurn + 1 == turn;
    return record(m_begin, stream);
}

Status StepClock::end(cudaStream_t stream)
{
    TRAINYARD_CHECK(record(m_end, stream));
    m_pending = true;
    return {};
}

std::optional<StepTimes> StepClock::take()
{
    if (!m_pending)
        return std::nullopt;
    const cudaError_t state = cudaEventQuery(m_end.get());
    if (state != cudaSuccess) {
        cudaGetLastError();
        return std::nullopt;  // not done; an error of the step itself comes with the next step
    }
    m_pending = false;
    StepTimes times;
    times.step = m_step;
    times.copyMs = between(m_arrived, m_copied);
    if (m_streamed) {
        times.dataWaitMs = between(m_begin, m_arrived);
        if (const auto batch = between(m_copyBegin, m_copyEnd); batch && times.copyMs)
            *times.copyMs += *batch;
    }
    if (m_training) {
        times.forwardMs = between(m_copied, m_backward);
        times.backwardMs = between(m_backward, m_update);
        times.updateMs = between(m_update, m_end);
    } else {
        times.forwardMs = between(m_copied, m_end);
    }
    if (m_gapKnown)
        times.hostGapMs = between(m_before, m_begin);
    return times;
}

}  // namespace trainyard::cuda
