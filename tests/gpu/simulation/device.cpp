#include "tests/gpu/simulation/device.h"

#include <cstdio>
#include <cstdlib>

namespace trainyard::simulation {

namespace {

constexpr std::size_t kQueuedAtMost = 1024;  // as a GPU, which makes the host wait then

std::string setting(const char *name)
{
    const char *value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

}  // namespace

thread_local cudaError_t lastError = cudaSuccess;

Device &Device::instance()
{
    // Never destroyed: handles may be given back during the program's end.
    static Device *device = new Device;
    return *device;
}

void Device::fault(cudaError_t error)
{
    if (m_sticky == cudaSuccess)
        m_sticky = error;
}

Device::Schedule Device::schedule()
{
    const std::string text = setting("TRAINYARD_SIMULATED_SCHEDULE");
    if (text != m_scheduleText) {
        m_scheduleText = text;
        m_schedule = text == "lazy" ? Schedule::Lazy : text.starts_with("random:") ? Schedule::Random : Schedule::Eager;
        if (m_schedule == Schedule::Random)
            m_random.seed(std::strtoull(text.c_str() + 7, nullptr, 10));
    }
    return m_schedule;
}

std::uint64_t Device::threadSeed()
{
    const std::uint64_t seed = std::strtoull(setting("TRAINYARD_SIMULATED_THREADS").c_str(), nullptr, 10);
    return seed == 0 ? 0 : seed + m_launches;
}

cudaError_t Device::enqueue(Stream &stream, Work work, cudaGraphNodeType type, std::function<void()> launched)
{
    if (stream.capture) {
        if (stream.capture->invalidated)
            return cudaErrorStreamCaptureInvalidated;
        auto &nodes = stream.capture->graph.nodes;
        nodes.push_back({std::move(work), std::move(launched), stream.frontier, type});
        stream.frontier = {nodes.size() - 1};
        return cudaSuccess;
    }
    if (&stream == &m_default)  // waits for the blocking streams, and they for it
        for (Stream *other : m_streams)
            if (!other->nonBlocking && other != &stream)
                drain(*other);
    if (launched)
        launched();
    stream.queue.push_back({std::move(work), nullptr, nullptr, 0});
    return settle(stream);
}

cudaError_t Device::record(Stream &stream, Event &event, bool external)
{
    if (stream.capture && !external) {
        event.capture = stream.capture->number;
        event.captured = stream.frontier;
        return cudaSuccess;
    }
    if (stream.capture)
        return enqueue(stream,
                       [&event] {
                           event.completed = std::min(event.completed + 1, event.recorded);
                           event.time = std::chrono::steady_clock::now();
                           return cudaSuccess;
                       },
                       cudaGraphNodeTypeEventRecord, [&event] { ++event.recorded; });
    event.capture = 0;
    event.captured.clear();
    stream.queue.push_back({{}, nullptr, &event, ++event.recorded});
    return settle(stream);
}

cudaError_t Device::wait(Stream &stream, Event &event, bool external)
{
    if (event.capture != 0 && !external) {
        // The stream joins the capture the event belongs to.
        for (Stream *other : m_streams)
            if (other->capture && other->capture->number == event.capture) {
                if (stream.capture && stream.capture != other->capture)
                    return cudaErrorStreamCaptureMerge;
                stream.capture = other->capture;
                stream.frontier.insert(event.captured.begin(), event.captured.end());
                return cudaSuccess;
            }
        return cudaErrorCapturedEvent;
    }
    if (stream.capture && !external)
        return event.recorded == 0 ? cudaSuccess : cudaErrorStreamCaptureIsolation;
    if (stream.capture)
        return enqueue(stream, [&event] { return event.completed == event.recorded ? cudaSuccess : cudaErrorIllegalState; },
                       cudaGraphNodeTypeWaitEvent);
    stream.queue.push_back({{}, &event, nullptr, event.recorded});
    return settle(stream);
}

cudaError_t Device::settle(Stream &stream)
{
    switch (schedule()) {
    case Schedule::Eager:
        drain(stream);
        break;
    case Schedule::Random:
        for (std::size_t count = m_random() % 4; count > 0; --count)
            progress();
        [[fallthrough]];
    case Schedule::Lazy:
        while (stream.queue.size() > kQueuedAtMost && m_sticky == cudaSuccess && advance(stream)) {
        }
    }
    return cudaSuccess;  // what went wrong on the device is for the next call to tell
}

void Device::progress()
{
    const std::size_t first = m_schedule == Schedule::Random ? m_random() % m_streams.size() : 0;
    std::vector<Stream *> streams(m_streams.begin(), m_streams.end());
    for (std::size_t i = 0; i < streams.size(); ++i)
        if (advance(*streams[(first + i) % streams.size()]))
            return;
}

// Does the first operation of the stream, or what it waits for. False when there is nothing to do.
bool Device::advance(Stream &stream, int depth)
{
    if (stream.queue.empty() || m_sticky != cudaSuccess || depth > 64)
        return false;
    const Operation &front = stream.queue.front();
    if (front.waitsFor != nullptr && front.waitsFor->completed < front.version) {
        for (Stream *other : m_streams)
            for (const Operation &operation : other->queue)
                if (operation.records == front.waitsFor)
                    return other != &stream && advance(*other, depth + 1);
        return false;
    }
    runFront(stream);
    return true;
}

void Device::runFront(Stream &stream)
{
    Operation operation = std::move(stream.queue.front());
    stream.queue.pop_front();
    if (operation.records != nullptr) {
        operation.records->completed = std::max(operation.records->completed, operation.version);
        operation.records->time = std::chrono::steady_clock::now();
    }
    if (operation.work)
        if (const cudaError_t error = operation.work(); error != cudaSuccess)
            fault(error);
}

cudaError_t Device::drain(Stream &stream)
{
    while (m_sticky == cudaSuccess && !stream.queue.empty())
        if (!advance(stream)) {
            std::fprintf(stderr, "simulated GPU: a stream waits for an event that never comes\n");
            fault(cudaErrorLaunchTimeout);
        }
    return m_sticky;
}

cudaError_t Device::drainAll()
{
    for (Stream *stream : m_streams)
        drain(*stream);
    return m_sticky;
}

cudaError_t Device::await(Event &event)
{
    for (;;) {
        if (m_sticky != cudaSuccess || event.completed >= event.recorded)
            return m_sticky;
        Stream *recording = nullptr;
        for (Stream *stream : m_streams)
            for (const Operation &operation : stream->queue)
                if (operation.records == &event)
                    recording = stream;
        // A record inside of a graph: whatever is queued may be that graph.
        if (recording != nullptr ? !advance(*recording) : (progress(), false))
            fault(cudaErrorLaunchTimeout);
    }
}

cudaError_t Device::launchGraph(Stream &stream, std::shared_ptr<const Graph> graph)
{
    ++m_launches;
    if (faultIsDue()) {
        m_lost = m_faultForGood;
        return enqueue(stream, [] { return cudaErrorIllegalAddress; }, cudaGraphNodeTypeGraph);
    }
    for (const GraphNode &node : graph->nodes)
        if (node.launched)
            node.launched();
    return enqueue(stream, [this, graph] { return runGraph(*graph); }, cudaGraphNodeTypeGraph);
}

cudaError_t Device::runGraph(const Graph &graph)
{
    if (m_schedule != Schedule::Random) {
        for (const GraphNode &node : graph.nodes)
            if (const cudaError_t error = node.work(); error != cudaSuccess)
                return error;
        return cudaSuccess;
    }
    // Any order the dependencies allow.
    std::vector<std::size_t> blockers(graph.nodes.size()), ready;
    std::vector<std::vector<std::size_t>> next(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        blockers[i] = graph.nodes[i].after.size();
        for (const std::size_t before : graph.nodes[i].after)
            next[before].push_back(i);
        if (blockers[i] == 0)
            ready.push_back(i);
    }
    while (!ready.empty()) {
        std::swap(ready[m_random() % ready.size()], ready.back());
        const std::size_t node = ready.back();
        ready.pop_back();
        if (const cudaError_t error = graph.nodes[node].work(); error != cudaSuccess)
            return error;
        for (const std::size_t after : next[node])
            if (--blockers[after] == 0)
                ready.push_back(after);
    }
    return cudaSuccess;
}

bool Device::faultIsDue()
{
    const std::string text = setting("TRAINYARD_SIMULATED_FAULT");
    if (text != m_faultText) {
        m_faultText = text;
        m_launches = 1;
        m_faultAt = text.starts_with("step:") ? std::strtoull(text.c_str() + 5, nullptr, 10) : 0;
        m_faultForGood = text.ends_with("for good");
    }
    return m_faultAt != 0 && m_launches == m_faultAt;
}

cudaError_t Device::reset()
{
    for (Stream *stream : m_streams)
        if (stream != &m_default)
            delete stream;
    m_streams = {&m_default};
    m_default.queue.clear();
    m_default.capture.reset();
    for (Event *event : m_events)
        delete event;
    m_events.clear();
    graphs.clear();
    executables.clear();
    for (const auto &[address, block] : m_blocks)
        if (block.owned)
            std::free(const_cast<std::byte *>(address));
    m_blocks.clear();
    m_used = 0;
    if (!m_lost)
        m_sticky = cudaSuccess;
    return m_sticky;
}

}  // namespace trainyard::simulation
