// Copies of a program's metric accumulators on their way to the host. One thread at a time.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "engine/backends/cuda/compiled_program.h"
#include "engine/backends/cuda/resources.h"

namespace trainyard::cuda {

class MetricRing {
public:
    // Queues the copies behind what is on the stream. Errors: OutOfMemory, Internal.
    Status request(const CompiledProgram &program, std::int64_t tag, cudaStream_t stream);

    // The oldest request once its copies have arrived; with `wait`, when they have. Errors: those of the steps queued.
    Result<std::optional<MetricSums>> take(bool wait);

private:
    struct Entry {
        PinnedBlock pinned;
        std::size_t capacity = 0, count = 0;  // doubles
        Event arrived;
        std::int64_t tag = 0;
    };

    Result<Entry> freeEntry(std::size_t count);

    std::deque<Entry> m_pending;
    std::vector<Entry> m_free;
};

}  // namespace trainyard::cuda
