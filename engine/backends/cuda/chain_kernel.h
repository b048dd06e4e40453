// The kernel of an elementwise chain, generated and compiled for the device when a program is bound: one pass over memory
// with everything in registers. Where that is not possible (no NVRTC, a card newer than it), the prebuilt interpreter kernel
// of elementwise_chain.cu does the same work.
#pragma once

#include <memory>
#include <span>

#include <cuda_runtime_api.h>

#include "engine/backends/cuda/device_properties.h"
#include "engine/ops/op_spec.h"

namespace trainyard::cuda {

class ChainKernel {
public:
    virtual ~ChainKernel() = default;
    // inputs and outputs: device addresses in the op's order, 16-byte aligned; scalars in device memory. Output 0 may be
    // input 0. Never waits, may be captured. Errors: Internal with CUDA's text.
    virtual Status enqueue(std::span<const std::byte *const> inputs, std::span<std::byte *const> outputs, const StepScalars *scalars,
                           cudaStream_t stream) = 0;
};

// Generates, compiles (or takes from the caches in memory and on disk) and loads the kernel for `elements` elements. Called
// with the device current and before anything is captured: Step::bind. Takes tens of milliseconds the first time on a machine.
// Null where this build cannot load code (the simulation, CUDA before 12.8). Errors: Unsupported or Internal with the reason, a
// sentence for people.
Result<std::unique_ptr<ChainKernel>> loadChainKernel(const ElementwiseChainAttributes &chain, std::span<const DType> inputs,
                                                     std::int64_t elements, const DeviceProperties &device);

}  // namespace trainyard::cuda
