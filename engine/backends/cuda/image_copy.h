// Images with another number of channels.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "engine/base/result.h"
#include "engine/tensor/tensor.h"

namespace trainyard::cuda {

// [pixels, fromChannels] -> [pixels, toChannels]: channels the source does not have become zero, those the target does
// not have are left out. Both are stored as dtype (F32, BF16, F16) and do not overlap. Errors: Internal.
Status copyChannels(cudaStream_t stream, DType dtype, std::int64_t pixels, const void *from, std::int64_t fromChannels, void *to,
                    std::int64_t toChannels);

}  // namespace trainyard::cuda
