// A value as the library takes it: the value itself, or a copy in the op's scratch that is filled before and brought
// back after the call.
#pragma once

#include "engine/backends/cuda/convolution_problem.h"
#include "engine/backends/cuda/filter_copy.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

// An image whose channels may be padded with zeros.
class ImageOperand {
public:
    ImageOperand() = default;
    ImageOperand(const StepRequest &request, ValueId value, std::int64_t channels, ScratchLayout &scratch);

    void *address(const StepMemory &memory) const { return m_copied ? memory.scratch + m_offset : memory.at<std::byte>(m_value); }
    Status read(const StepMemory &memory, cudaStream_t stream) const;   // before the call, where it is an input
    Status write(const StepMemory &memory, cudaStream_t stream) const;  // after it, where it is the output

private:
    ValueId m_value = kNoValue;
    DType m_dtype = DType::F32;
    std::int64_t m_pixels = 0, m_valueChannels = 0, m_channels = 0;
    bool m_copied = false;
    std::uint64_t m_offset = 0;
};

// Weights, or their gradient, in another layout, type or with padded channels.
class FilterOperand {
public:
    FilterOperand() = default;
    FilterOperand(const StepRequest &request, ValueId value, const Convolution &convolution, ScratchLayout &scratch);

    void *address(const StepMemory &memory) const { return m_copied ? memory.scratch + m_offset : memory.at<std::byte>(m_value); }
    Status read(const StepMemory &memory, cudaStream_t stream) const;
    Status write(const StepMemory &memory, cudaStream_t stream) const;

private:
    ValueId m_value = kNoValue;
    std::int64_t m_filters = 0, m_taps = 0;
    FilterForm m_valueForm, m_form;
    bool m_copied = false;
    std::uint64_t m_offset = 0;
};

}  // namespace trainyard::cuda
