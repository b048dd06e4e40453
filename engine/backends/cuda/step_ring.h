// The pinned slots through which a step's rows and scalars reach the device, and with them the bound on how many steps
// are in flight. One thread at a time.
#pragma once

#include <span>
#include <vector>

#include "engine/backends/cuda/resources.h"
#include "engine/ops/op_spec.h"

namespace trainyard::cuda {

// So many steps are queued at most: enough to hide what the host does in between, few enough that a pause or a new
// learning rate comes through at once.
inline constexpr std::size_t kStepsInFlight = 8;

class StepRing {
public:
    // slotBytes: the largest rowsAndScalarsBytes() of the programs. Errors: OutOfMemory, Internal.
    Status create(std::uint64_t slotBytes);

    // The next slot, free to be written; waits until its last step is done. Errors: those of the steps queued.
    Result<std::size_t> next();
    std::byte *slot(std::size_t index) const { return m_pinned.get() + index * m_slotBytes; }

    // The step that reads the slot is on the stream.
    Status queued(std::size_t index, cudaStream_t stream);

private:
    std::uint64_t m_slotBytes = 0;
    PinnedBlock m_pinned;
    std::vector<Event> m_done;
    std::size_t m_next = 0;
};

}  // namespace trainyard::cuda
