// The CUDA runtime's functions about streams, events, captures, graphs and kernels.
#include <cstring>

#include "tests/gpu/simulation/block.h"
#include "tests/gpu/simulation/device.h"
#include "tests/gpu/simulation/launch_kernel.h"

using namespace trainyard::simulation;

namespace {

template <typename Function>
cudaError_t onStream(cudaStream_t handle, Allowed allowed, Function function)
{
    return call(allowed, [&](Device &device) {
        Stream *stream = device.stream(handle);
        return stream == nullptr ? cudaErrorInvalidResourceHandle : function(device, *stream);
    });
}

template <typename Function>
cudaError_t onEvent(cudaEvent_t handle, Allowed allowed, Function function)
{
    return call(allowed, [&](Device &device) {
        Event *event = device.event(handle);
        return event == nullptr ? cudaErrorInvalidResourceHandle : function(device, *event);
    });
}

}  // namespace

cudaError_t trainyard::simulation::launchGrid(cudaStream_t handle, dim3 blocks, dim3 threads, std::function<void()> kernel,
                                              std::vector<const void *> pointers)
{
    return onStream(handle, Allowed::Always, [&](Device &device, Stream &stream) {
        const std::uint64_t count = std::uint64_t{threads.x} * threads.y * threads.z;
        if (count == 0 || count > 1024 || threads.z > 64 || blocks.x == 0 || blocks.x > 2147483647u || blocks.y == 0 || blocks.y > 65535 ||
            blocks.z == 0 || blocks.z > 65535)
            return cudaErrorInvalidConfiguration;
        return device.enqueue(stream,
                              [&device, blocks, threads, kernel = std::move(kernel), pointers = std::move(pointers)] {
                                  for (std::size_t i = 0; i < pointers.size(); ++i)
                                      if (pointers[i] != nullptr && device.find(pointers[i]) == nullptr) {
                                          std::fprintf(stderr, "simulated GPU: pointer argument %zu of a kernel is not in device memory\n", i);
                                          return cudaErrorIllegalAddress;
                                      }
                                  return GridRunner::instance().run(blocks, threads, kernel, device.threadSeed());
                              },
                              cudaGraphNodeTypeKernel);
    });
}

extern "C" {

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags)
{
    return call(Allowed::Always, [&](Device &device) {
        *stream = device.addStream((flags & cudaStreamNonBlocking) != 0);
        return cudaSuccess;
    });
}
cudaError_t cudaStreamCreate(cudaStream_t *stream) { return cudaStreamCreateWithFlags(stream, cudaStreamDefault); }
cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned flags, int) { return cudaStreamCreateWithFlags(stream, flags); }

cudaError_t cudaDeviceGetStreamPriorityRange(int *least, int *greatest)
{
    *least = 0;
    *greatest = -5;
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    return onStream(stream, Allowed::Always, [](Device &device, Stream &one) {
        if (&one == device.stream(nullptr))
            return cudaErrorInvalidResourceHandle;
        device.removeStream(&one);
        return cudaSuccess;
    });
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    return onStream(stream, Allowed::NotDuringCapture, [](Device &device, Stream &one) { return device.drain(one); });
}

cudaError_t cudaStreamQuery(cudaStream_t stream)
{
    return onStream(stream, Allowed::NotDuringCapture, [](Device &device, Stream &one) {
        if (one.queue.empty())
            return cudaSuccess;
        device.progress();
        return cudaErrorNotReady;
    });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags)
{
    return onStream(stream, Allowed::Always, [&](Device &device, Stream &one) {
        Event *awaited = device.event(event);
        return awaited == nullptr ? cudaErrorInvalidResourceHandle : device.wait(one, *awaited, (flags & cudaEventWaitExternal) != 0);
    });
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void *data)
{
    return onStream(stream, Allowed::Always, [&](Device &device, Stream &one) {
        return device.enqueue(one, [function, data] { return function(data), cudaSuccess; }, cudaGraphNodeTypeHost);
    });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags)
{
    return call(Allowed::Always, [&](Device &device) {
        *event = device.addEvent((flags & cudaEventDisableTiming) == 0);
        return cudaSuccess;
    });
}
cudaError_t cudaEventCreate(cudaEvent_t *event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    return onEvent(event, Allowed::Always, [](Device &device, Event &one) {
        device.removeEvent(&one);
        return cudaSuccess;
    });
}

cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned flags)
{
    return onStream(stream, Allowed::Always, [&](Device &device, Stream &one) {
        Event *recorded = device.event(event);
        return recorded == nullptr ? cudaErrorInvalidResourceHandle : device.record(one, *recorded, (flags & cudaEventRecordExternal) != 0);
    });
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) { return cudaEventRecordWithFlags(event, stream, cudaEventRecordDefault); }

cudaError_t cudaEventQuery(cudaEvent_t event)
{
    return onEvent(event, Allowed::NotDuringCapture, [](Device &device, Event &one) {
        if (one.capture != 0)
            return cudaErrorCapturedEvent;
        if (one.completed >= one.recorded)
            return cudaSuccess;
        device.progress();
        return cudaErrorNotReady;
    });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    return onEvent(event, Allowed::NotDuringCapture, [](Device &device, Event &one) {
        return one.capture != 0 ? cudaErrorCapturedEvent : device.await(one);
    });
}

cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t begin, cudaEvent_t end)
{
    return onEvent(begin, Allowed::Always, [&](Device &device, Event &first) {
        const Event *second = device.event(end);
        if (second == nullptr || !first.timing || !second->timing || first.recorded == 0 || second->recorded == 0)
            return cudaErrorInvalidResourceHandle;
        if (first.completed < first.recorded || second->completed < second->recorded)
            return cudaErrorNotReady;
        *milliseconds = std::chrono::duration<float, std::milli>(second->time - first.time).count();
        return cudaSuccess;
    });
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode)
{
    return onStream(stream, Allowed::Always, [&](Device &device, Stream &one) { return device.beginCapture(one, mode); });
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
    *graph = nullptr;
    return onStream(stream, Allowed::Always, [&](Device &device, Stream &one) {
        std::shared_ptr<Graph> captured;
        const cudaError_t status = device.endCapture(one, captured);
        if (status == cudaSuccess) {
            *graph = reinterpret_cast<cudaGraph_t>(captured.get());
            device.graphs[captured.get()] = captured;
        }
        return status;
    });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus *status)
{
    return onStream(stream, Allowed::Always, [&](Device &, Stream &one) {
        *status = !one.capture                 ? cudaStreamCaptureStatusNone
                  : one.capture->invalidated   ? cudaStreamCaptureStatusInvalidated
                                               : cudaStreamCaptureStatusActive;
        return cudaSuccess;
    });
}

cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode *mode)
{
    thread_local cudaStreamCaptureMode current = cudaStreamCaptureModeGlobal;
    std::swap(*mode, current);
    return cudaSuccess;
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t *nodes, std::size_t *count)
{
    return call(Allowed::Always, [&](Device &device) {
        const auto found = device.graphs.find(graph);
        if (found == device.graphs.end())
            return cudaErrorInvalidValue;
        const auto &all = found->second->nodes;
        if (nodes != nullptr)
            for (std::size_t i = 0; i < *count; ++i)
                nodes[i] = i < all.size() ? reinterpret_cast<cudaGraphNode_t>(const_cast<GraphNode *>(&all[i])) : nullptr;
        else
            *count = all.size();
        return cudaSuccess;
    });
}

cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, cudaGraphNodeType *type)
{
    *type = reinterpret_cast<const GraphNode *>(node)->type;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *executable, cudaGraph_t graph, unsigned long long)
{
    return call(Allowed::Always, [&](Device &device) {
        *executable = nullptr;
        const auto found = device.graphs.find(graph);
        if (found == device.graphs.end())
            return cudaErrorInvalidValue;
        const auto copy = std::make_shared<Graph>(*found->second);
        device.executables[copy.get()] = copy;
        *executable = reinterpret_cast<cudaGraphExec_t>(copy.get());
        return cudaSuccess;
    });
}
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *executable, cudaGraph_t graph, unsigned long long flags)
{
    return cudaGraphInstantiate(executable, graph, flags);
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream)
{
    return onStream(stream, Allowed::Always, [&](Device &device, Stream &one) {
        const auto found = device.executables.find(executable);
        return found == device.executables.end() ? cudaErrorInvalidValue : device.launchGraph(one, found->second);
    });
}

cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t stream)
{
    return onStream(stream, Allowed::Always, [&](Device &device, Stream &) {
        return device.executables.contains(executable) ? cudaSuccess : cudaErrorInvalidValue;
    });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    return call(Allowed::Always, [&](Device &device) { return device.graphs.erase(graph) == 1 ? cudaSuccess : cudaErrorInvalidValue; });
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable)
{
    return call(Allowed::Always, [&](Device &device) { return device.executables.erase(executable) == 1 ? cudaSuccess : cudaErrorInvalidValue; });
}

}  // extern "C"
