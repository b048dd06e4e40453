// The CUDA runtime's functions about the device, versions and errors.
#include <cstdlib>
#include <cstring>

#include "tests/gpu/simulation/device.h"

using namespace trainyard::simulation;

namespace {

int number(const char *name, int otherwise)
{
    const char *text = std::getenv(name);
    return text == nullptr || *text == 0 ? otherwise : std::atoi(text);
}

int driverVersion() { return number("TRAINYARD_SIMULATED_DRIVER", CUDART_VERSION); }

// Whether there is a device at all, as cudaGetDeviceCount() says it.
cudaError_t presence()
{
    if (driverVersion() / 1000 < CUDART_VERSION / 1000)
        return cudaErrorInsufficientDriver;
    return number("TRAINYARD_SIMULATED_DEVICES", 1) > 0 ? cudaSuccess : cudaErrorNoDevice;
}

// What a kernel may rely on is that of compute capability 9.0, so that planning does what it does for such a card.
struct Attribute {
    cudaDeviceAttr attribute;
    int value;
};
constexpr Attribute kAttributes[] = {
    {cudaDevAttrMaxThreadsPerBlock, 1024},
    {cudaDevAttrMaxBlockDimX, 1024},
    {cudaDevAttrMaxBlockDimY, 1024},
    {cudaDevAttrMaxBlockDimZ, 64},
    {cudaDevAttrMaxGridDimX, 2147483647},
    {cudaDevAttrMaxGridDimY, 65535},
    {cudaDevAttrMaxGridDimZ, 65535},
    {cudaDevAttrMaxSharedMemoryPerBlock, 49152},
    {cudaDevAttrMaxSharedMemoryPerBlockOptin, 232448},
    {cudaDevAttrReservedSharedMemoryPerBlock, 1024},
    {cudaDevAttrMaxSharedMemoryPerMultiprocessor, 233472},
    {cudaDevAttrTotalConstantMemory, 65536},
    {cudaDevAttrWarpSize, 32},
    {cudaDevAttrMaxRegistersPerBlock, 65536},
    {cudaDevAttrMaxRegistersPerMultiprocessor, 65536},
    {cudaDevAttrClockRate, 1980000},
    {cudaDevAttrMemoryClockRate, 3201000},
    {cudaDevAttrGlobalMemoryBusWidth, 6144},
    {cudaDevAttrMultiProcessorCount, 132},
    {cudaDevAttrMaxThreadsPerMultiProcessor, 2048},
    {cudaDevAttrMaxBlocksPerMultiprocessor, 32},
    {cudaDevAttrL2CacheSize, 52428800},
    {cudaDevAttrComputeCapabilityMajor, 9},
    {cudaDevAttrComputeCapabilityMinor, 0},
    {cudaDevAttrCooperativeLaunch, 1},
    {cudaDevAttrUnifiedAddressing, 1},
    {cudaDevAttrConcurrentKernels, 1},
    {cudaDevAttrAsyncEngineCount, 3},
    {cudaDevAttrCanMapHostMemory, 1},
    {cudaDevAttrEccEnabled, 0},
    {cudaDevAttrIntegrated, 0},
    {cudaDevAttrTccDriver, 0},
    {cudaDevAttrMemoryPoolsSupported, 1},
    {cudaDevAttrManagedMemory, 0},
    {cudaDevAttrConcurrentManagedAccess, 0},
    {cudaDevAttrPciBusId, 0},
    {cudaDevAttrPciDeviceId, 0},
    {cudaDevAttrPciDomainId, 0},
};

int attribute(cudaDeviceAttr wanted)
{
    for (const Attribute &one : kAttributes)
        if (one.attribute == wanted)
            return one.value;
    return 0;
}

struct ErrorText {
    cudaError_t error;
    const char *name, *text;
};
#define ERROR(name, text) {name, #name, text}
constexpr ErrorText kErrors[] = {
    ERROR(cudaSuccess, "no error"),
    ERROR(cudaErrorInvalidValue, "invalid argument"),
    ERROR(cudaErrorMemoryAllocation, "out of memory"),
    ERROR(cudaErrorInvalidConfiguration, "invalid configuration argument"),
    ERROR(cudaErrorInsufficientDriver, "CUDA driver version is insufficient for CUDA runtime version"),
    ERROR(cudaErrorNoDevice, "no CUDA-capable device is detected"),
    ERROR(cudaErrorInvalidDevice, "invalid device ordinal"),
    ERROR(cudaErrorInvalidResourceHandle, "invalid resource handle"),
    ERROR(cudaErrorIllegalState, "the operation cannot be performed in the present state"),
    ERROR(cudaErrorNotReady, "device not ready"),
    ERROR(cudaErrorIllegalAddress, "an illegal memory access was encountered"),
    ERROR(cudaErrorLaunchFailure, "unspecified launch failure"),
    ERROR(cudaErrorLaunchTimeout, "the launch timed out and was terminated"),
    ERROR(cudaErrorNotSupported, "operation not supported"),
    ERROR(cudaErrorSymbolNotFound, "named symbol not found"),
    ERROR(cudaErrorHostMemoryAlreadyRegistered, "part or all of the requested memory range is already mapped"),
    ERROR(cudaErrorHostMemoryNotRegistered, "pointer does not correspond to a registered memory region"),
    ERROR(cudaErrorStreamCaptureUnsupported, "operation not permitted when stream is capturing"),
    ERROR(cudaErrorStreamCaptureInvalidated, "operation failed due to a previous error during capture"),
    ERROR(cudaErrorStreamCaptureMerge, "operation would result in a merge of separate capture sequences"),
    ERROR(cudaErrorStreamCaptureUnmatched, "capture was not ended in the same stream as it began"),
    ERROR(cudaErrorStreamCaptureUnjoined, "capturing stream has unjoined work"),
    ERROR(cudaErrorStreamCaptureIsolation, "dependency created on uncaptured work in another stream"),
    ERROR(cudaErrorStreamCaptureWrongThread, "attempt to terminate a thread-local capture sequence from another thread"),
    ERROR(cudaErrorCapturedEvent, "operation not permitted on an event last recorded in a capturing stream"),
};
#undef ERROR

}  // namespace

extern "C" {

cudaError_t cudaGetDeviceCount(int *count)
{
    const cudaError_t status = presence();
    *count = status == cudaSuccess ? 1 : 0;
    if (status != cudaSuccess)
        lastError = status;
    return status;
}

cudaError_t cudaSetDevice(int device)
{
    return call(Allowed::Always, [&](Device &) {
        const cudaError_t status = presence();
        return status != cudaSuccess ? status : device == 0 ? cudaSuccess : cudaErrorInvalidDevice;
    });
}

cudaError_t cudaGetDevice(int *device)
{
    return call(Allowed::Always, [&](Device &) {
        *device = 0;
        return presence();
    });
}

cudaError_t cudaInitDevice(int device, unsigned, unsigned) { return cudaSetDevice(device); }
cudaError_t cudaSetDeviceFlags(unsigned) { return call(Allowed::Always, [](Device &) { return presence(); }); }

cudaError_t cudaDeviceReset()
{
    Device &device = Device::instance();
    const std::scoped_lock lock(device.mutex());
    lastError = cudaSuccess;
    return device.reset();
}

cudaError_t cudaDeviceSynchronize()
{
    return call(Allowed::NotDuringCapture, [](Device &device) { return device.drainAll(); });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device)
{
    return call(Allowed::Always, [&](Device &simulated) {
        if (const cudaError_t status = presence(); status != cudaSuccess)
            return status;
        if (device != 0)
            return cudaErrorInvalidDevice;
        std::memset(properties, 0, sizeof *properties);
        std::strcpy(properties->name, "Simulated GPU (host)");
        std::memcpy(properties->uuid.bytes, "trainyard-sim-00", 16);
        properties->totalGlobalMem = simulated.memoryTotal();
        properties->sharedMemPerBlock = static_cast<std::size_t>(attribute(cudaDevAttrMaxSharedMemoryPerBlock));
        properties->sharedMemPerBlockOptin = static_cast<std::size_t>(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin));
        properties->reservedSharedMemPerBlock = static_cast<std::size_t>(attribute(cudaDevAttrReservedSharedMemoryPerBlock));
        properties->sharedMemPerMultiprocessor = static_cast<std::size_t>(attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor));
        properties->regsPerBlock = attribute(cudaDevAttrMaxRegistersPerBlock);
        properties->regsPerMultiprocessor = attribute(cudaDevAttrMaxRegistersPerMultiprocessor);
        properties->warpSize = attribute(cudaDevAttrWarpSize);
        properties->maxThreadsPerBlock = attribute(cudaDevAttrMaxThreadsPerBlock);
        properties->maxThreadsPerMultiProcessor = attribute(cudaDevAttrMaxThreadsPerMultiProcessor);
        properties->maxBlocksPerMultiProcessor = attribute(cudaDevAttrMaxBlocksPerMultiprocessor);
        properties->multiProcessorCount = attribute(cudaDevAttrMultiProcessorCount);
        properties->l2CacheSize = attribute(cudaDevAttrL2CacheSize);
        properties->memoryBusWidth = attribute(cudaDevAttrGlobalMemoryBusWidth);
        properties->cooperativeLaunch = attribute(cudaDevAttrCooperativeLaunch);
        properties->unifiedAddressing = attribute(cudaDevAttrUnifiedAddressing);
        properties->asyncEngineCount = attribute(cudaDevAttrAsyncEngineCount);
        properties->major = attribute(cudaDevAttrComputeCapabilityMajor);
        properties->minor = attribute(cudaDevAttrComputeCapabilityMinor);
        for (int axis = 0; axis < 3; ++axis) {
            properties->maxThreadsDim[axis] = attribute(static_cast<cudaDeviceAttr>(cudaDevAttrMaxBlockDimX + axis));
            properties->maxGridSize[axis] = attribute(static_cast<cudaDeviceAttr>(cudaDevAttrMaxGridDimX + axis));
        }
        return cudaSuccess;
    });
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr wanted, int device)
{
    return call(Allowed::Always, [&](Device &) {
        if (const cudaError_t status = presence(); status != cudaSuccess)
            return status;
        *value = attribute(wanted);
        return device == 0 ? cudaSuccess : cudaErrorInvalidDevice;
    });
}

cudaError_t cudaDeviceGetPCIBusId(char *text, int length, int device)
{
    return call(Allowed::Always, [&](Device &) {
        constexpr char kId[] = "0000:00:00.0";
        if (device != 0)
            return cudaErrorInvalidDevice;
        if (length < static_cast<int>(sizeof kId))
            return cudaErrorInvalidValue;
        std::memcpy(text, kId, sizeof kId);
        return cudaSuccess;
    });
}

cudaError_t cudaDriverGetVersion(int *version)
{
    *version = driverVersion();
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = CUDART_VERSION;
    return cudaSuccess;
}

cudaError_t cudaGetLastError()
{
    Device &device = Device::instance();
    const std::scoped_lock lock(device.mutex());
    const cudaError_t error = device.sticky() != cudaSuccess ? device.sticky() : lastError;
    lastError = cudaSuccess;
    return error;
}

cudaError_t cudaPeekAtLastError()
{
    Device &device = Device::instance();
    const std::scoped_lock lock(device.mutex());
    return device.sticky() != cudaSuccess ? device.sticky() : lastError;
}

const char *cudaGetErrorName(cudaError_t error)
{
    for (const ErrorText &one : kErrors)
        if (one.error == error)
            return one.name;
    return "unrecognized error code";
}

const char *cudaGetErrorString(cudaError_t error)
{
    for (const ErrorText &one : kErrors)
        if (one.error == error)
            return one.text;
    return "unrecognized error code";
}

// Kernels that are compiled at run time for a GPU cannot be loaded here; the prebuilt ones are taken.
cudaError_t cudaLibraryLoadData(cudaLibrary_t *, const void *, cudaJitOption *, void **, unsigned, cudaLibraryOption *, void **, unsigned)
{
    return call(Allowed::Always, [](Device &) { return cudaErrorNotSupported; });
}
cudaError_t cudaLibraryGetKernel(cudaKernel_t *, cudaLibrary_t, const char *)
{
    return call(Allowed::Always, [](Device &) { return cudaErrorNotSupported; });
}
cudaError_t cudaLibraryUnload(cudaLibrary_t)
{
    return call(Allowed::Always, [](Device &) { return cudaErrorNotSupported; });
}
cudaError_t cudaLaunchKernel(const void *, dim3, dim3, void **, std::size_t, cudaStream_t)
{
    return call(Allowed::Always, [](Device &) { return cudaErrorNotSupported; });
}
cudaError_t cudaGetDriverEntryPointByVersion(const char *, void **function, unsigned, unsigned long long, cudaDriverEntryPointQueryResult *result)
{
    *function = nullptr;
    if (result != nullptr)
        *result = cudaDriverEntryPointSymbolNotFound;
    return cudaErrorSymbolNotFound;
}
cudaError_t cudaGetDriverEntryPoint(const char *symbol, void **function, unsigned long long flags, cudaDriverEntryPointQueryResult *result)
{
    return cudaGetDriverEntryPointByVersion(symbol, function, 0, flags, result);
}

}  // extern "C"
