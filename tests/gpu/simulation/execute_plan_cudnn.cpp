// In the place of engine/backends/cuda/execute_plan.cpp: the plan is cuDNN's own, made for the device's description;
// what it computes is computed on the host.
#include "engine/backends/cuda/execute_plan.h"

#include <cstdio>
#include <cstring>

#include "engine/backends/cuda/status.h"
#include "tests/gpu/simulation/device.h"
#include "tests/gpu/simulation/host_convolution.h"

namespace trainyard::cuda {

struct ExecutablePlan::State {
    Convolution convolution;
    std::uint64_t workspaceBytes = 0;
    int order = 1;
};

Result<ExecutablePlan> ExecutablePlan::make(const Convolution &convolution, const EngineChoice &choice, const DeviceProperties &device,
                                            const Libraries &libraries)
{
    if (libraries.cudnn == nullptr)
        return fail(ErrorCode::Internal, "A plan needs cuDNN's handle.");
    TRAINYARD_TRY(const auto described, describeDevice(device));
    TRAINYARD_TRY(const auto graph, ConvolutionGraph::make(convolution));
    TRAINYARD_TRY(const auto plan, graph.plan(choice, described));
    // Engines differ in the order of their sums, here as there.
    return ExecutablePlan(std::make_shared<const State>(State{convolution, plan.workspaceBytes, 1 + static_cast<int>(choice.engine % 3)}));
}

const Convolution &ExecutablePlan::convolution() const
{
    return m_state->convolution;
}

std::uint64_t ExecutablePlan::workspaceBytes() const
{
    return m_state->workspaceBytes;
}

Status ExecutablePlan::execute(const ConvolutionOperands &operands, cudaStream_t handle) const
{
    const cudaError_t queued = simulation::call(simulation::Allowed::Always, [&](simulation::Device &device) {
        simulation::Stream *stream = device.stream(handle);
        if (stream == nullptr)
            return cudaErrorInvalidResourceHandle;
        return device.enqueue(*stream,
                              [&device, operands, state = m_state] {
                                  const Convolution &c = state->convolution;
                                  const auto there = [&](const void *at, std::int64_t elements) {
                                      return device.onDevice(at, static_cast<std::size_t>(elements) * dtypeBytes(c.dtype));
                                  };
                                  if (!there(operands.image, c.shape.imageElements()) || !there(operands.filter, c.shape.filterElements()) ||
                                      !there(operands.result, c.shape.resultElements()) ||
                                      (c.epilogue != ConvolutionEpilogue::None && !there(operands.bias, c.shape.resultChannels)) ||
                                      (state->workspaceBytes > 0 && !device.onDevice(operands.workspace, state->workspaceBytes))) {
                                      std::fprintf(stderr, "simulated GPU: a tensor of a convolution is not in device memory\n");
                                      return cudaErrorIllegalAddress;
                                  }
                                  // The device would scribble there.
                                  if (state->workspaceBytes > 0)
                                      std::memset(operands.workspace, 0xFF, state->workspaceBytes);
                                  simulation::convolve(c, {operands.image, operands.filter, operands.result, operands.bias}, state->order);
                                  return cudaSuccess;
                              },
                              cudaGraphNodeTypeKernel);
    });
    return check(queued, "start a convolution");
}

}  // namespace trainyard::cuda
