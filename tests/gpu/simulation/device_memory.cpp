// Memory, handles and captures of the simulated device.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "tests/gpu/simulation/device.h"

namespace trainyard::simulation {

namespace {

constexpr std::size_t kAlignment = 256;
// Fresh memory is filled with 0xFF, not-a-number as any float type, so that reads of what nobody wrote show. Very large
// blocks are not: filling would make the host commit them.
constexpr std::size_t kFilledAtMost = std::size_t{1} << 30;

std::size_t thisThread()
{
    return std::hash<std::thread::id>{}(std::this_thread::get_id());
}

}  // namespace

std::uint64_t Device::memoryTotal() const
{
    const char *text = std::getenv("TRAINYARD_SIMULATED_MEMORY_MIB");
    const std::uint64_t mebibytes = text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
    return (mebibytes == 0 ? 8192 : mebibytes) << 20;
}

cudaError_t Device::allocate(void **address, std::size_t bytes)
{
    *address = nullptr;
    if (bytes == 0)
        return cudaSuccess;
    const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    const std::uint64_t total = memoryTotal();
    if (rounded > total || m_used > total - rounded)
        return cudaErrorMemoryAllocation;
    void *memory = std::aligned_alloc(kAlignment, rounded);
    if (memory == nullptr)
        return cudaErrorMemoryAllocation;
    if (rounded <= kFilledAtMost)
        std::memset(memory, 0xFF, rounded);
    m_blocks[static_cast<const std::byte *>(memory)] = {rounded, true, true};
    m_used += rounded;
    *address = memory;
    return cudaSuccess;
}

cudaError_t Device::allocatePinned(void **address, std::size_t bytes)
{
    const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + 4095) / 4096 * 4096;
    *address = std::aligned_alloc(4096, rounded);
    if (*address == nullptr)
        return cudaErrorMemoryAllocation;
    std::memset(*address, 0xFF, rounded);
    m_blocks[static_cast<const std::byte *>(*address)] = {rounded, false, true};
    return cudaSuccess;
}

cudaError_t Device::registerHost(void *address, std::size_t bytes)
{
    if (address == nullptr || bytes == 0 || find(address, 1) != nullptr)
        return address != nullptr && bytes != 0 ? cudaErrorHostMemoryAlreadyRegistered : cudaErrorInvalidValue;
    m_blocks[static_cast<const std::byte *>(address)] = {bytes, false, false};
    return cudaSuccess;
}

cudaError_t Device::release(void *address, bool device, bool owned)
{
    if (address == nullptr)
        return cudaSuccess;
    const auto found = m_blocks.find(static_cast<const std::byte *>(address));
    if (found == m_blocks.end() || found->second.device != device || found->second.owned != owned)
        return owned ? cudaErrorInvalidValue : cudaErrorHostMemoryNotRegistered;
    // Giving memory back waits for the device, as cudaFree does.
    if (const cudaError_t error = drainAll(); error != cudaSuccess)
        return error;
    if (device)
        m_used -= found->second.bytes;
    if (owned)
        std::free(address);
    m_blocks.erase(found);
    return cudaSuccess;
}

const MemoryBlock *Device::find(const void *address, std::size_t bytes, const void **begin) const
{
    const auto *at = static_cast<const std::byte *>(address);
    auto after = m_blocks.upper_bound(at);
    if (after == m_blocks.begin())
        return nullptr;
    --after;
    const auto offset = static_cast<std::size_t>(at - after->first);
    if (offset > after->second.bytes || bytes > after->second.bytes - offset)
        return nullptr;
    if (begin != nullptr)
        *begin = after->first;
    return &after->second;
}

bool Device::onDevice(const void *address, std::size_t bytes) const
{
    const MemoryBlock *block = find(address, bytes);
    return block != nullptr && block->device;
}

bool Device::pinned(const void *address, std::size_t bytes) const
{
    const MemoryBlock *block = find(address, bytes);
    return block != nullptr && !block->device;
}

Stream *Device::stream(cudaStream_t handle)
{
    if (handle == nullptr || handle == cudaStreamLegacy || handle == cudaStreamPerThread)
        return &m_default;
    auto *stream = reinterpret_cast<Stream *>(handle);
    return m_streams.contains(stream) ? stream : nullptr;
}

Event *Device::event(cudaEvent_t handle)
{
    auto *event = reinterpret_cast<Event *>(handle);
    return m_events.contains(event) ? event : nullptr;
}

cudaStream_t Device::addStream(bool nonBlocking)
{
    auto *stream = new Stream;
    stream->nonBlocking = nonBlocking;
    m_streams.insert(stream);
    return reinterpret_cast<cudaStream_t>(stream);
}

cudaEvent_t Device::addEvent(bool timing)
{
    auto *event = new Event;
    event->timing = timing;
    m_events.insert(event);
    return reinterpret_cast<cudaEvent_t>(event);
}

void Device::removeStream(Stream *stream)
{
    drain(*stream);
    m_streams.erase(stream);
    delete stream;
}

void Device::removeEvent(Event *event)
{
    drainAll();
    m_events.erase(event);
    delete event;
}

cudaError_t Device::beginCapture(Stream &stream, cudaStreamCaptureMode mode)
{
    if (stream.capture)
        return cudaErrorIllegalState;
    if (&stream == &m_default)
        return cudaErrorStreamCaptureUnsupported;
    stream.capture = std::make_shared<Capture>();
    stream.capture->number = ++m_captures;
    stream.capture->mode = mode;
    stream.capture->threadHash = thisThread();
    stream.origin = true;
    stream.frontier.clear();
    return cudaSuccess;
}

cudaError_t Device::endCapture(Stream &stream, std::shared_ptr<Graph> &graph)
{
    graph.reset();
    if (!stream.capture)
        return cudaErrorIllegalState;
    if (!stream.origin)
        return cudaErrorStreamCaptureUnmatched;
    const std::shared_ptr<Capture> capture = stream.capture;
    const bool wrongThread = capture->mode != cudaStreamCaptureModeRelaxed && capture->threadHash != thisThread();
    if (wrongThread)
        return cudaErrorStreamCaptureWrongThread;
    // Every node must come before the end of the stream that began the capture.
    std::vector<bool> reached(capture->graph.nodes.size());
    std::vector<std::size_t> open(stream.frontier.begin(), stream.frontier.end());
    while (!open.empty()) {
        const std::size_t node = open.back();
        open.pop_back();
        if (reached[node])
            continue;
        reached[node] = true;
        for (const std::size_t before : capture->graph.nodes[node].after)
            open.push_back(before);
    }
    bool joined = true;
    for (const bool node : reached)
        joined = joined && node;
    for (Stream *other : m_streams)
        if (other->capture == capture) {
            other->capture.reset();
            other->origin = false;
            other->frontier.clear();
        }
    if (capture->invalidated)
        return cudaErrorStreamCaptureInvalidated;
    if (!joined)
        return cudaErrorStreamCaptureUnjoined;
    graph = std::make_shared<Graph>(std::move(capture->graph));
    return cudaSuccess;
}

cudaError_t Device::forbiddenDuringCapture()
{
    bool forbidden = false;
    for (Stream *stream : m_streams)
        if (stream->capture && (stream->capture->mode == cudaStreamCaptureModeGlobal ||
                                (stream->capture->mode == cudaStreamCaptureModeThreadLocal && stream->capture->threadHash == thisThread()))) {
            stream->capture->invalidated = true;
            forbidden = true;
        }
    return forbidden ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}

}  // namespace trainyard::simulation
