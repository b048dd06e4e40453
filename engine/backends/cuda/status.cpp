#include "engine/backends/cuda/status.h"

namespace trainyard::cuda {

Status check(cudaError_t status, const char *what)
{
    if (status == cudaSuccess)
        return {};
    // Otherwise the same error would be reported once more by the next launch. A sticky one stays whatever is done.
    cudaGetLastError();
    const ErrorCode code = status == cudaErrorMemoryAllocation ? ErrorCode::OutOfMemory : ErrorCode::Internal;
    return fail(Error{code, fmt::format("The GPU could not {}: {}.", what, cudaGetErrorString(status)), {}, cudaGetErrorName(status)});
}

Status check(cublasStatus_t status, const char *what)
{
    if (status == CUBLAS_STATUS_SUCCESS)
        return {};
    const ErrorCode code = status == CUBLAS_STATUS_ALLOC_FAILED ? ErrorCode::OutOfMemory : ErrorCode::Internal;
    return fail(Error{code, fmt::format("The GPU could not {}: cuBLAS says {}.", what, cublasLtGetStatusString(status)), {},
                      cublasLtGetStatusName(status)});
}

Status check(cudnnStatus_t status, const char *what)
{
    if (status == CUDNN_STATUS_SUCCESS)
        return {};
    // The last message names the attribute or limit; it is empty where the library keeps none.
    char text[512] = {};
    cudnnGetLastErrorString(text, sizeof text);
    const ErrorCode code = status == CUDNN_STATUS_ALLOC_FAILED ? ErrorCode::OutOfMemory : ErrorCode::Internal;
    return fail(Error{code, fmt::format("The GPU could not {}: cuDNN says {}.", what, cudnnGetErrorString(status)), {}, text});
}

bool isSticky(cudaError_t status)
{
    switch (status) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
    case static_cast<cudaError_t>(226):  // cudaErrorContained, younger than CUDA 12.0
    case cudaErrorUnknown: return true;
    default: return false;
    }
}

}  // namespace trainyard::cuda
