// The state of the simulated GPU: memory, streams, events, captured graphs and errors. The functions of the CUDA
// runtime (runtime_*.cpp) are thin words over it.
//
// Work is queued on streams as on a GPU and done by whichever host thread asks for it, one operation at a time under one
// lock. When it is done is the schedule: TRAINYARD_SIMULATED_SCHEDULE=eager (as soon as it is queued), lazy (only when
// somebody waits for it) or random:SEED (some of it, now and then). All are orders a GPU may take, so a program that
// forgets to wait for an event gets other results in one of them.
//
// Settings are environment variables, read when they matter, so that a test can set them at any time:
//   TRAINYARD_SIMULATED_MEMORY_MIB   size of the device's memory, 8192 by default
//   TRAINYARD_SIMULATED_SCHEDULE     see above
//   TRAINYARD_SIMULATED_THREADS      seed of the order in which threads and blocks run; 0 or unset: in their order
//   TRAINYARD_SIMULATED_FAULT        "step:N": the Nth graph launch since the variable was set runs into an illegal
//                                    address; "step:N,for good": and a reset of the device does not mend it
//   TRAINYARD_SIMULATED_DEVICES      0: no device
//   TRAINYARD_SIMULATED_DRIVER       version of the driver, as cudaDriverGetVersion gives it
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <cuda_runtime_api.h>

namespace trainyard::simulation {

struct Event {
    std::uint64_t recorded = 0, completed = 0;  // how often
    std::chrono::steady_clock::time_point time{};
    bool timing = true;
    std::set<std::size_t> captured;  // nodes of the capture it was recorded in last
    std::uint64_t capture = 0;       // that capture's number; 0: recorded on a stream that captures nothing
};

// Something to do on the device. Returns what the device found wrong.
using Work = std::function<cudaError_t()>;

struct Operation {
    Work work;
    Event *waitsFor = nullptr;  // not before this event was completed `version` times
    Event *records = nullptr;
    std::uint64_t version = 0;
};

struct GraphNode {
    Work work;
    std::function<void()> launched;  // when the graph is launched, before it runs; may be empty
    std::set<std::size_t> after;
    cudaGraphNodeType type = cudaGraphNodeTypeKernel;
};

struct Graph {
    std::vector<GraphNode> nodes;
};

struct Capture {
    std::uint64_t number = 0;
    cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
    std::size_t threadHash = 0;  // of the thread that began it
    bool invalidated = false;
    Graph graph;
};

struct Stream {
    bool nonBlocking = false;
    std::deque<Operation> queue;
    std::shared_ptr<Capture> capture;
    bool origin = false;              // of the capture
    std::set<std::size_t> frontier;   // nodes of the capture that the next one comes after
};

struct MemoryBlock {
    std::size_t bytes = 0;
    bool device = true;  // or pinned host memory
    bool owned = true;   // or host memory of somebody else that was registered
};

class Device {
public:
    static Device &instance();
    std::recursive_mutex &mutex() { return m_mutex; }

    // Errors. A sticky one is what every call gives until the device is reset.
    cudaError_t sticky() const { return m_sticky; }
    void fault(cudaError_t error);

    // Memory.
    std::uint64_t memoryTotal() const;
    std::uint64_t memoryUsed() const { return m_used; }
    cudaError_t allocate(void **address, std::size_t bytes);
    cudaError_t allocatePinned(void **address, std::size_t bytes);
    cudaError_t registerHost(void *address, std::size_t bytes);
    cudaError_t release(void *address, bool device, bool owned = true);
    // The block that holds the whole range, or null.
    const MemoryBlock *find(const void *address, std::size_t bytes = 0, const void **begin = nullptr) const;
    bool onDevice(const void *address, std::size_t bytes) const;
    bool pinned(const void *address, std::size_t bytes) const;

    // Handles. stream(nullptr) is the default stream. Null where there is no such thing.
    Stream *stream(cudaStream_t handle);
    Event *event(cudaEvent_t handle);
    cudaStream_t addStream(bool nonBlocking);
    cudaEvent_t addEvent(bool timing);
    void removeStream(Stream *stream);
    void removeEvent(Event *event);
    std::map<const void *, std::shared_ptr<Graph>> graphs, executables;

    // Queues work on a stream, or adds it to what the stream captures.
    cudaError_t enqueue(Stream &stream, Work work, cudaGraphNodeType type, std::function<void()> launched = {});
    cudaError_t record(Stream &stream, Event &event, bool external);
    cudaError_t wait(Stream &stream, Event &event, bool external);
    cudaError_t launchGraph(Stream &stream, std::shared_ptr<const Graph> graph);

    cudaError_t drain(Stream &stream);
    cudaError_t drainAll();
    cudaError_t await(Event &event);
    void progress();  // a little of what is queued, for those who ask again and again

    // Captures.
    cudaError_t beginCapture(Stream &stream, cudaStreamCaptureMode mode);
    cudaError_t endCapture(Stream &stream, std::shared_ptr<Graph> &graph);
    // What a call that is not allowed during a capture gives; it spoils the captures that forbid it.
    cudaError_t forbiddenDuringCapture();

    std::uint64_t threadSeed();  // for the next grid
    cudaError_t reset();

private:
    Device() = default;
    enum class Schedule { Eager, Lazy, Random };

    Schedule schedule();
    cudaError_t settle(Stream &stream);  // after something was queued
    bool advance(Stream &stream, int depth = 0);
    void runFront(Stream &stream);
    cudaError_t runGraph(const Graph &graph);
    bool faultIsDue();

    std::recursive_mutex m_mutex;
    cudaError_t m_sticky = cudaSuccess;
    bool m_lost = false;  // for good
    std::map<const std::byte *, MemoryBlock> m_blocks;
    std::uint64_t m_used = 0;
    Stream m_default;
    std::set<Stream *> m_streams{&m_default};
    std::set<Event *> m_events;
    std::uint64_t m_captures = 0;
    std::string m_scheduleText, m_faultText;
    Schedule m_schedule = Schedule::Eager;
    std::mt19937_64 m_random;
    std::uint64_t m_launches = 0, m_faultAt = 0;
    bool m_faultForGood = false;
};

// The last error of this host thread, as cudaGetLastError() gives it.
extern thread_local cudaError_t lastError;

enum class Allowed { Always, NotDuringCapture };

// What every call does: under the lock, sticky errors first, then `function`; the result becomes the last error.
template <typename Function>
cudaError_t call(Allowed allowed, Function function)
{
    Device &device = Device::instance();
    const std::scoped_lock lock(device.mutex());
    cudaError_t status = device.sticky();
    if (status == cudaSuccess && allowed == Allowed::NotDuringCapture)
        status = device.forbiddenDuringCapture();
    if (status == cudaSuccess)
        status = function(device);
    if (status != cudaSuccess && status != cudaErrorNotReady)
        lastError = status;
    return status;
}

}  // namespace trainyard::simulation
