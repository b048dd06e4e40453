#include "engine/backends/cuda/execute_plan.h"

#include <array>

#include "engine/backends/cuda/status.h"

namespace trainyard::cuda {

struct ExecutablePlan::State {
    Convolution convolution;
    cudnnHandle_t handle;
    ConvolutionGraph graph;  // the plan may refer to it
    ConvolutionGraph::Plan plan;
};

namespace {

Result<GraphDescriptor> describeDeviceOf(cudnnHandle_t handle)
{
    GraphDescriptor device(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
    device.set(CUDNN_ATTR_DEVICEPROP_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle);
    TRAINYARD_CHECK(device.finalize());
    return device;
}

}  // namespace

Result<ExecutablePlan> ExecutablePlan::make(const Convolution &convolution, const EngineChoice &choice, const DeviceProperties &device,
                                            const Libraries &libraries)
{
    TRAINYARD_TRY(auto graph, ConvolutionGraph::make(convolution));
    // The same engine once more, for the device itself instead of its description.
    auto real = describeDeviceOf(libraries.cudnn);
    if (!real)
        real = describeDevice(device);
    if (!real)
        return fail(std::move(real.error()));
    TRAINYARD_TRY(auto plan, graph.plan(choice, *real));
    return ExecutablePlan(std::make_shared<const State>(State{convolution, libraries.cudnn, std::move(graph), std::move(plan)}));
}

const Convolution &ExecutablePlan::convolution() const
{
    return m_state->convolution;
}

std::uint64_t ExecutablePlan::workspaceBytes() const
{
    return m_state->plan.workspaceBytes;
}

Status ExecutablePlan::execute(const ConvolutionOperands &operands, cudaStream_t stream) const
{
    const std::array<std::int64_t, 4> ids{kImageTensor, kFilterTensor, kResultTensor, kBiasTensor};
    const std::array<const void *, 4> addresses{operands.image, operands.filter, operands.result, operands.bias};
    const std::int64_t count = m_state->convolution.epilogue == ConvolutionEpilogue::None ? 3 : 4;
    GraphDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, count, ids.data())
        .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, count, addresses.data())
        .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &operands.workspace);
    TRAINYARD_CHECK(pack.finalize());
    TRAINYARD_CHECK(check(cudnnSetStream(m_state->handle, stream), "choose the stream of a convolution"));
    return check(cudnnBackendExecute(m_state->handle, m_state->plan.plan.get(), pack.get()), "start a convolution");
}

}  // namespace trainyard::cuda
