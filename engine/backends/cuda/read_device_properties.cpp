// A card's numbers from the CUDA runtime. None of these calls creates a context on the card.
#include <cuda_runtime_api.h>

#include "engine/backends/cuda/device_properties.h"
#include "engine/backends/cuda/status.h"

namespace trainyard::cuda {

namespace {

std::string uuidText(const cudaUUID_t &uuid)
{
    std::string text = "GPU-";
    for (int i = 0; i < 16; ++i) {
        text += fmt::format("{:02x}", static_cast<unsigned char>(uuid.bytes[i]));
        if (i == 3 || i == 5 || i == 7 || i == 9)
            text += '-';
    }
    return text;
}

// 0 where this driver does not say: clocks are for cuDNN's estimates alone.
int attributeOr0(cudaDeviceAttr attribute, int device)
{
    int value = 0;
    if (cudaDeviceGetAttribute(&value, attribute, device) == cudaSuccess)
        return value;
    cudaGetLastError();
    return 0;
}

}  // namespace

Result<DeviceProperties> readDeviceProperties(int device)
{
    int count = 0;
    TRAINYARD_CHECK(check(cudaGetDeviceCount(&count), "count the devices"));
    if (device < 0 || device >= count)
        return fail(ErrorCode::NotFound, "There is no device cuda:{}. This machine has {} CUDA device{}.", device, count, count == 1 ? "" : "s");
    cudaDeviceProp read{};
    TRAINYARD_CHECK(check(cudaGetDeviceProperties(&read, device), "read the properties of the device"));
    DeviceProperties properties;
    properties.name = read.name;
    properties.uuid = uuidText(read.uuid);
    properties.computeMajor = read.major;
    properties.computeMinor = read.minor;
    properties.multiprocessors = read.multiProcessorCount;
    properties.sharedBytesPerBlock = static_cast<int>(read.sharedMemPerBlockOptin);
    properties.sharedBytesPerBlockDefault = static_cast<int>(read.sharedMemPerBlock);
    properties.sharedBytesReserved = static_cast<int>(read.reservedSharedMemPerBlock);
    properties.memoryBytes = read.totalGlobalMem;
    properties.l2Bytes = static_cast<std::uint64_t>(read.l2CacheSize);
    properties.registersPerBlock = read.regsPerBlock;
    properties.registersPerMultiprocessor = read.regsPerMultiprocessor;
    properties.threadsPerBlock = read.maxThreadsPerBlock;
    properties.threadsPerMultiprocessor = read.maxThreadsPerMultiProcessor;
    properties.blocksPerMultiprocessor = read.maxBlocksPerMultiProcessor;
    properties.warpSize = read.warpSize;
    properties.cooperativeLaunch = read.cooperativeLaunch != 0;
    for (int i = 0; i < 3; ++i) {
        properties.maxGrid[i] = read.maxGridSize[i];
        properties.maxBlock[i] = read.maxThreadsDim[i];
    }
    properties.clockKHz = attributeOr0(cudaDevAttrClockRate, device);
    properties.memoryClockKHz = attributeOr0(cudaDevAttrMemoryClockRate, device);
    TRAINYARD_CHECK(check(cudaDriverGetVersion(&properties.driverVersion), "read the driver's version"));
    return properties;
}

}  // namespace trainyard::cuda
