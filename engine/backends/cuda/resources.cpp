#include "engine/backends/cuda/resources.h"

#include <algorithm>
#include <cstring>

namespace trainyard::cuda {

namespace {

Result<Event> eventWith(unsigned flags)
{
    cudaEvent_t event = nullptr;
    TRAINYARD_CHECK(check(cudaEventCreateWithFlags(&event, flags), "make an event"));
    return Event(event);
}

}  // namespace

Result<DeviceBlock> takeDeviceMemory(std::uint64_t bytes)
{
    void *memory = nullptr;
    TRAINYARD_CHECK(check(cudaMalloc(&memory, std::max<std::uint64_t>(bytes, 1)), "give memory to the run"));
    return DeviceBlock(static_cast<std::byte *>(memory));
}

Result<PinnedBlock> takePinnedMemory(std::uint64_t bytes)
{
    void *memory = nullptr;
    const std::uint64_t size = std::max<std::uint64_t>(bytes, 1);
    TRAINYARD_CHECK(check(cudaHostAlloc(&memory, size, cudaHostAllocDefault), "pin memory of the host for copies"));
    std::memset(memory, 0, size);
    return PinnedBlock(static_cast<std::byte *>(memory));
}

Result<Stream> makeStream()
{
    cudaStream_t stream = nullptr;
    TRAINYARD_CHECK(check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "make a stream"));
    return Stream(stream);
}

Result<Event> makeEvent()
{
    return eventWith(cudaEventDisableTiming | cudaEventBlockingSync);
}

Result<Event> makeTimingEvent()
{
    return eventWith(cudaEventDefault);
}

}  // namespace trainyard::cuda
