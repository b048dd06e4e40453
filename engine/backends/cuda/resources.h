// What a run holds of a device, freed when it goes: memory, streams, events, graphs. Freeing ignores errors: after a
// lost context nothing else is left to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <cuda_runtime_api.h>

#include "engine/backends/cuda/status.h"

namespace trainyard::cuda {

template <auto Free>
struct FreeWith {
    template <typename Pointer>
    void operator()(Pointer *pointer) const
    {
        static_cast<void>(Free(pointer));
    }
};

using DeviceBlock = std::unique_ptr<std::byte, FreeWith<cudaFree>>;
using PinnedBlock = std::unique_ptr<std::byte, FreeWith<cudaFreeHost>>;
using Stream = std::unique_ptr<CUstream_st, FreeWith<cudaStreamDestroy>>;
using Event = std::unique_ptr<CUevent_st, FreeWith<cudaEventDestroy>>;
using Graph = std::unique_ptr<CUgraph_st, FreeWith<cudaGraphDestroy>>;
using GraphExec = std::unique_ptr<CUgraphExec_st, FreeWith<cudaGraphExecDestroy>>;

// Errors: OutOfMemory, Internal.
Result<DeviceBlock> takeDeviceMemory(std::uint64_t bytes);
Result<PinnedBlock> takePinnedMemory(std::uint64_t bytes);  // zeroed
Result<Stream> makeStream();
Result<Event> makeEvent();        // for order alone; waiting for it on the host sleeps
Result<Event> makeTimingEvent();

}  // namespace trainyard::cuda
