// The data set's own block of device memory: the bound parts resident in it, or staging blocks for streamed batches.
// One thread at a time.
#pragma once

#include <span>
#include <vector>

#include "engine/backends/cuda/data_plan.h"
#include "engine/backends/cuda/resources.h"

namespace trainyard::cuda {

class DeviceData {
public:
    // `block` holds plan.bytes and outlives this.
    DeviceData(DataPlan plan, std::byte *block);

    const DataPlan &plan() const { return m_plan; }

    // Where a user's value lies before anything is bound.
    std::byte *planned(DataUser user) const;

    // Copies the host memory to the device, if no other user of the same part has brought it already; a streamed part
    // is only remembered. Returns where it lies. Errors: OutOfMemory, Internal.
    Result<std::byte *> bind(DataUser user, std::span<const std::byte> host, cudaStream_t stream);

    // The streamed parts a program gathers from, as they were bound last.
    struct StreamedPart {
        std::span<const std::byte> host;
        std::uint64_t rowBytes = 0;
        std::byte *device = nullptr;  // kStages times plan().stageRows rows
    };
    std::vector<StreamedPart> streamedParts(std::size_t program) const;

private:
    // One copy of a part on the device. A second one is made only where two users bind different host memory.
    struct Copy {
        std::span<const std::byte> host;
        std::byte *device = nullptr;
        std::vector<DataUser> users;
        DeviceBlock own;  // null: in the planned block
    };
    struct Bound {
        DataUser user;
        std::span<const std::byte> host;
    };

    std::size_t partOf(DataUser user) const;
    Result<Copy *> copyFor(std::size_t part, DataUser user, std::span<const std::byte> host, bool &fresh);

    DataPlan m_plan;
    std::byte *m_block;
    std::vector<std::vector<Copy>> m_copies;  // by part
    std::vector<Bound> m_bound;               // streamed
};

}  // namespace trainyard::cuda
