#include "engine/backends/cuda/installation.h"

#include <cstdlib>
#include <fstream>

#include <cublasLt.h>
#include <cudnn.h>
#include <fmt/format.h>

namespace trainyard::cuda {

namespace {

// The first driver of a CUDA generation, after NVIDIA's release notes.
const char *firstDriver()
{
    return CUDART_VERSION >= 13000 ? "580" : "525";
}

std::string cudaText(int version)
{
    return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

int cudnnMajor(std::size_t version)
{
    return static_cast<int>(version >= 90000 ? version / 10000 : version / 1000);
}

// From 9.0 on the major version has the ten thousands; before, it had the thousands.
std::string cudnnText(std::size_t version)
{
    return version >= 90000 ? fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100)
                            : fmt::format("{}.{}.{}", version / 1000, version / 100 % 10, version % 100);
}

std::string cublasText(std::size_t version)
{
    return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace

std::optional<Finding> missingInstallation()
{
    int driver = 0, runtime = 0;
    const cudaError_t status = cudaDriverGetVersion(&driver);
    cudaRuntimeGetVersion(&runtime);
    cudaGetLastError();
    if (status != cudaSuccess || driver == 0)
        return Finding{"There is no NVIDIA driver on this machine.",
                       fmt::format("With an NVIDIA GPU in the machine, install its driver {} or newer and start again.", firstDriver())};
    // Within one major version every driver runs every runtime.
    if (driver / 1000 < runtime / 1000)
        return Finding{fmt::format("The NVIDIA driver ({}) knows CUDA up to {}, this build needs CUDA {}.",
                                   driverVersion().empty() ? "version unknown" : driverVersion(), cudaText(driver), cudaText(runtime)),
                       fmt::format("Update the driver to {} or newer.", firstDriver())};
    if (const std::size_t cudnn = cudnnGetVersion(); cudnnMajor(cudnn) != CUDNN_MAJOR)
        return Finding{fmt::format("cuDNN {} is installed, this build needs cuDNN {}.", cudnnText(cudnn), CUDNN_MAJOR),
                       fmt::format("Install cuDNN {} for CUDA {}.", CUDNN_MAJOR, CUDART_VERSION / 1000)};
    return std::nullopt;
}

Finding noDevice(cudaError_t status)
{
    if (status != cudaSuccess && status != cudaErrorNoDevice)
        return {fmt::format("CUDA could not look for devices: {}.", cudaGetErrorString(status)),
                "Look into the kernel's log for messages of the driver (dmesg), and start the machine again if it was updated."};
    if (const char *visible = std::getenv("CUDA_VISIBLE_DEVICES"))
        return {"The NVIDIA driver shows no GPU to this program.",
                fmt::format("The environment variable CUDA_VISIBLE_DEVICES is set to \"{}\" and may hide it.", visible)};
    return {"The NVIDIA driver finds no GPU.", "Look whether nvidia-smi lists the card, and whether this account may open /dev/nvidia0."};
}

std::string libraryVersions()
{
    int runtime = 0;
    cudaRuntimeGetVersion(&runtime);
    return fmt::format("CUDA {}, cuDNN {}, cuBLASLt {}", cudaText(runtime), cudnnText(cudnnGetVersion()), cublasText(cublasLtGetVersion()));
}

std::string driverVersion()
{
    // "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 27 ...": the first word that is a version.
    std::ifstream stream("/proc/driver/nvidia/version");
    for (std::string word; stream >> word;)
        if (word.find('.') != std::string::npos && word.find_first_not_of("0123456789.") == std::string::npos)
            return word;
    return {};
}

}  // namespace trainyard::cuda
