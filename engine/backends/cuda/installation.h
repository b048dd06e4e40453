// What of NVIDIA's software this machine has, and what is missing, in words. Makes no context on any device; any thread.
#pragma once

#include <optional>
#include <string>

#include <cuda_runtime_api.h>

namespace trainyard::cuda {

// Why something cannot be used and what to do about it.
struct Finding {
    std::string reason, advice;
};

// No driver, a driver too old for the runtime, or another cuDNN than the one this was built for.
std::optional<Finding> missingInstallation();

// cudaGetDeviceCount() gave this, or no device.
Finding noDevice(cudaError_t status);

std::string libraryVersions();  // "CUDA 13.0, cuDNN 9.19.0, cuBLASLt 13.1.0"
std::string driverVersion();    // "580.65.06"; empty when the kernel does not say

}  // namespace trainyard::cuda
