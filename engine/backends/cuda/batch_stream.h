// Brings batches of a data set that is too large for the card: rows are collected into pinned memory by loader threads
// and copied while the step before computes. Two stages of each; nobody waits but the streams. One thread at a time.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "engine/backends/cuda/device_data.h"
#include "engine/backends/cuda/device_session.h"
#include "engine/backends/cuda/row_loader.h"

namespace trainyard::cuda {

class BatchStream {
public:
    // `slots`: how many steps may be in flight at once. Errors: OutOfMemory, Internal.
    static Result<std::unique_ptr<BatchStream>> create(const DeviceSession &session, const DeviceData &data, std::size_t slots);

    struct Marks {  // timing events around the copy, or null
        cudaEvent_t begin = nullptr, end = nullptr;
    };

    // Queues gathering and copy of these rows. slot: of the step, free again. stagedRows: where GatherRows finds them.
    // Behind it, the compute stream has to wait by arrive().
    Status send(std::size_t program, std::span<const std::int32_t> rows, std::size_t slot, std::span<std::int32_t> stagedRows,
                const Marks &marks);
    Status arrive();      // the compute stream waits for the batch sent last
    Status stepQueued();  // the step that reads it is on the compute stream

private:
    struct Stage {
        PinnedBlock pinned;
        Event gathered, copied, consumed;
    };

    BatchStream(const DeviceSession &session, const DeviceData &data) : m_session(session), m_data(data) {}

    const DeviceSession &m_session;
    const DeviceData &m_data;
    std::unique_ptr<RowLoader> m_loader;
    std::array<Stage, kStages> m_stages;
    std::vector<GatherJob> m_jobs;  // by slot: a host function on the gather stream reads it
    std::size_t m_stage = kStages - 1;  // of the batch sent last
};

}  // namespace trainyard::cuda
