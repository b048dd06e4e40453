// An op turned into something that runs on the GPU: planned once without touching the device, bound to the arena once,
// then enqueued on a stream, where a CUDA graph captures it. Enqueueing allocates nothing and never waits.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

#include "engine/backends/backend.h"
#include "engine/backends/cuda/device_properties.h"
#include "engine/program/program.h"

namespace trainyard::cuda {

// How a value's elements lie in device memory. Everything is canonical but convolution weights, their gradients, their
// 16-bit copies and optimizer state, which cuDNN wants as [out, kernelH, kernelW, in / groups].
enum class ValueLayout : std::uint8_t { Canonical, FilterKrsc };

// Device addresses. `values` are the program's, by ValueId; null for what is not in memory. `scalars` is in device
// memory too: kernels read the step's scalars from there, so that a captured step needs no new arguments.
struct StepMemory {
    std::span<std::byte *const> values;
    std::byte *scratch = nullptr;  // this op's own, 256-byte aligned
    const StepScalars *scalars = nullptr;

    template <typename T>
    T *at(ValueId id) const
    {
        return id == kNoValue ? nullptr : reinterpret_cast<T *>(values[static_cast<std::size_t>(id)]);
    }
};

// The libraries' handles of one executable, on its device and stream.
struct Libraries {
    cublasLtHandle_t cublasLt = nullptr;
    cudnnHandle_t cudnn = nullptr;
};

class Step {
public:
    virtual ~Step() = default;
    // Called once when arena and libraries are there, before anything is captured. May choose algorithms by the
    // device's advice or by timing, and may allocate on the host.
    virtual Status bind(const StepMemory &, const Libraries &) { return {}; }
    virtual Status enqueue(const StepMemory &memory, cudaStream_t stream) = 0;
};

// What making a step needs to know and what it says back. The device itself may be absent: only its properties count.
struct StepRequest {
    const OpList &list;
    const Op &op;
    const DeviceProperties &device;
    const DeviceSettings &settings;
    std::span<const ValueLayout> layouts;  // by ValueId
    KernelChoices &choices;                // in: a resumed run's; out: what was taken now
    std::vector<std::string> &notes;       // out: sentences for people
    std::uint64_t scratchBytes = 0;        // out
    // out: bytes of outputs in a format of the backend's own, by output index; 0 keeps the declared size
    std::array<std::uint64_t, 4> outputBytes{};

    template <typename T>
    const T &attributes() const
    {
        return std::get<T>(op.attributes);
    }
    const TensorType &inputType(std::size_t i) const { return list.value(op.inputs[i]).type; }
    const TensorType &outputType(std::size_t i = 0) const { return list.value(op.outputs[i]).type; }
    const Shape &inputShape(std::size_t i) const { return inputType(i).shape; }
    const Shape &outputShape(std::size_t i = 0) const { return outputType(i).shape; }
    bool hasInput(std::size_t i) const { return i < op.inputs.size() && op.inputs[i] != kNoValue; }
    bool hasOutput(std::size_t i) const { return i < op.outputs.size() && op.outputs[i] != kNoValue; }
};

// Errors: Unsupported, when the libraries have nothing for these shapes on this device.
using StepResult = Result<std::unique_ptr<Step>>;

// A step that is one function over pointers: Status(const StepMemory &, cudaStream_t).
template <typename Function>
std::unique_ptr<Step> makeKernelStep(Function function)
{
    class KernelStep : public Step {
    public:
        explicit KernelStep(Function f) : m_function(std::move(f)) {}
        Status enqueue(const StepMemory &memory, cudaStream_t stream) override { return m_function(memory, stream); }

    private:
        Function m_function;
    };
    return std::make_unique<KernelStep>(std::move(function));
}

// Each in engine/backends/cuda/<file_name>.cu (.cpp where it only calls libraries); null: nothing to do.
#define X(Name, file) StepResult make##Name(StepRequest &request);
TRAINYARD_OPS(X)
#undef X

}  // namespace trainyard::cuda
