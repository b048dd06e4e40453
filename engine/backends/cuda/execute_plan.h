// The one place that runs a convolution on the device, and the only one that knows cuDNN's handle beside the session.
// The simulation of tests/gpu/simulation replaces execute_plan.cpp with loops on the host: convolution() says all that
// has to be computed.
#pragma once

#include <memory>

#include "engine/backends/cuda/convolution_plan.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

// Device addresses, all elements of Convolution::dtype. The direction says which one is written: result (Forward),
// image (GradData), filter (GradWeights). bias has one element per result channel; null without an epilogue.
struct ConvolutionOperands {
    void *image = nullptr;   // NHWC
    void *filter = nullptr;  // [out, kernelH, kernelW, in / groups]
    void *result = nullptr;  // NHWC
    const void *bias = nullptr;
    void *workspace = nullptr;
};

// A plan on a device that is there. Copies share it; the handle must outlive them all.
class ExecutablePlan {
public:
    // Errors: Unsupported, where the device refuses what its description allowed; Internal.
    static Result<ExecutablePlan> make(const Convolution &convolution, const EngineChoice &choice, const DeviceProperties &device,
                                       const Libraries &libraries);

    const Convolution &convolution() const;
    std::uint64_t workspaceBytes() const;

    // Queues it on the stream. Errors: Internal with cuDNN's text.
    Status execute(const ConvolutionOperands &operands, cudaStream_t stream) const;

private:
    struct State;
    explicit ExecutablePlan(std::shared_ptr<const State> state) : m_state(std::move(state)) {}
    std::shared_ptr<const State> m_state;
};

}  // namespace trainyard::cuda
