#include "engine/backends/cuda/step_ring.h"

#include <chrono>
#include <thread>

namespace trainyard::cuda {

namespace {

constexpr std::uint64_t kSlotAlignment = 256;

// Steps of a small network take microseconds, and waking a sleeping thread takes longer than that.
constexpr auto kPolling = std::chrono::microseconds(200);

}  // namespace

Status StepRing::create(std::uint64_t slotBytes)
{
    m_slotBytes = (slotBytes + kSlotAlignment - 1) / kSlotAlignment * kSlotAlignment;
    TRAINYARD_TRY(m_pinned, takePinnedMemory(m_slotBytes * kStepsInFlight));
    for (std::size_t i = 0; i < kStepsInFlight; ++i) {
        TRAINYARD_TRY(Event done, makeEvent());
        m_done.push_back(std::move(done));
    }
    return {};
}

Result<std::size_t> StepRing::next()
{
    const std::size_t index = m_next;
    const cudaEvent_t done = m_done[index].get();
    const auto begin = std::chrono::steady_clock::now();
    for (cudaError_t state = cudaEventQuery(done); state != cudaSuccess; state = cudaEventQuery(done)) {
        if (state != cudaErrorNotReady)
            return tl::unexpected(check(state, "finish the steps before").error());
        if (std::chrono::steady_clock::now() - begin > kPolling) {
            TRAINYARD_CHECK(check(cudaEventSynchronize(done), "finish the steps before"));
            break;
        }
        std::this_thread::yield();
    }
    cudaGetLastError();  // "not ready" is no error
    m_next = (m_next + 1) % m_done.size();
    return index;
}

Status StepRing::queued(std::size_t index, cudaStream_t stream)
{
    return check(cudaEventRecord(m_done[index].get(), stream), "mark the end of the step");
}

}  // namespace trainyard::cuda
