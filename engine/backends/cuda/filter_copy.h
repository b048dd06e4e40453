// Filters in another type, layout or number of input channels.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

// Canonical is [kernelH, kernelW, channels, filters], FilterKrsc is [filters, kernelH, kernelW, channels].
struct FilterForm {
    DType dtype = DType::F32;  // F32, BF16, F16
    ValueLayout layout = ValueLayout::FilterKrsc;
    std::int64_t channels = 0;

    bool operator==(const FilterForm &) const = default;
};

// taps: kernelH * kernelW. Channels the source does not have become zero, those the target does not have are left out.
// The two do not overlap. Errors: Internal.
Status copyFilter(cudaStream_t stream, std::int64_t filters, std::int64_t taps, const void *from, const FilterForm &fromForm, void *to,
                  const FilterForm &toForm);

// count values in another type: a filter of one tap and one channel.
inline Status copyVector(cudaStream_t stream, std::int64_t count, const void *from, DType fromType, void *to, DType toType)
{
    return copyFilter(stream, count, 1, from, {fromType, ValueLayout::FilterKrsc, 1}, to, {toType, ValueLayout::FilterKrsc, 1});
}

}  // namespace trainyard::cuda
