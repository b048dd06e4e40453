// What planning needs to know of a GPU, read from the driver or from a file: with the file, plans for a card are made
// and tested on a machine without it. Plain value.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"

namespace trainyard::cuda {

struct DeviceProperties {
    std::string name;             // "NVIDIA H200"
    std::string uuid;             // empty when from a file
    int computeMajor = 0, computeMinor = 0;
    int multiprocessors = 0;
    int sharedBytesPerBlock = 0;  // with opt-in
    std::uint64_t memoryBytes = 0;
    std::uint64_t l2Bytes = 0;
    int driverVersion = 0;        // 13000 for CUDA 13.0
    int clockKHz = 0, memoryClockKHz = 0;
    int registersPerBlock = 0, registersPerMultiprocessor = 0;
    int threadsPerBlock = 0, threadsPerMultiprocessor = 0, blocksPerMultiprocessor = 0;
    int sharedBytesPerBlockDefault = 0, sharedBytesReserved = 0;
    int maxGrid[3] = {}, maxBlock[3] = {};
    int warpSize = 32;
    bool cooperativeLaunch = false;

    int capability() const { return computeMajor * 10 + computeMinor; }  // 90 for 9.0
    bool bfloat16() const { return computeMajor >= 8; }
    std::string capabilityText() const;  // "9.0"

    // The text cuDNN's CUDNN_BACKEND_DEVICEPROP descriptor takes.
    std::string cudnnJson() const;
};

// Of a card in this machine. Errors: NotFound, Internal with CUDA's text.
Result<DeviceProperties> readDeviceProperties(int device);

// A file as tests/gpu/devices/h200.json. Errors: InvalidFile, naming the key.
Result<DeviceProperties> parseDeviceProperties(const std::string &json);
std::string devicePropertiesToJson(const DeviceProperties &properties);

}  // namespace trainyard::cuda
