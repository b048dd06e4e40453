// CUDA's, cuBLAS's and cuDNN's statuses as errors for people.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

#include "engine/base/result.h"

namespace trainyard::cuda {

// what: "start a kernel", completes "The GPU could not ...". cudaErrorMemoryAllocation is OutOfMemory, anything else
// Internal, with the library's own text. A sticky error (the context is lost) is recognized by isSticky().
Status check(cudaError_t status, const char *what);
Status check(cublasStatus_t status, const char *what);
Status check(cudnnStatus_t status, const char *what);

// After such an error every further call fails until the device is reset.
bool isSticky(cudaError_t status);

}  // namespace trainyard::cuda
