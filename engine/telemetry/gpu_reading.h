// What NVML tells about the driver, a GPU, and what the GPU is doing. Plain values; what the driver does not tell is
// absent, never 0.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace trainyard {

struct DriverFacts {
    std::optional<std::string> version;  // "580.65.06"
    std::optional<int> cudaVersion;      // the newest CUDA the driver knows: 13000 is 13.0
    std::optional<unsigned> gpus;        // how many it sees, whatever CUDA_VISIBLE_DEVICES says
};

struct ComputeCapability {
    int major = 0, minor = 0;
    auto operator<=>(const ComputeCapability &) const = default;
};

// What a GPU is; but for what is said to be of the moment, it does not change while a program runs.
struct GpuFacts {
    unsigned index = 0;  // the driver's order, which need not be CUDA's
    std::string uuid;    // "GPU-8a56...": the one name that CUDA and the driver share; empty when unknown
    std::string name;    // "NVIDIA H200"; empty when unknown
    std::optional<ComputeCapability> computeCapability;
    std::optional<std::uint64_t> memoryTotal;              // bytes
    std::optional<std::uint64_t> memoryFree;               // bytes, when the facts were read
    std::optional<double> smClockLimit, memoryClockLimit;  // MHz, the highest there are
    std::optional<double> powerLimit;                      // W, as enforced now
    std::optional<double> slowdownTemperature;             // degrees Celsius at which the hardware slows down
    std::optional<unsigned> pcieGeneration, pcieWidth;     // of the link now: it sleeps when idle
    std::optional<unsigned> pcieMaxGeneration, pcieMaxWidth;
    std::optional<bool> mig;                               // split into instances
};

// A program that holds memory of a GPU.
struct GpuProcess {
    std::uint32_t pid = 0;
    std::optional<std::uint64_t> bytes;
    std::string name;  // as /proc shows it; empty when it may not be read
};

// How long a policy has held the clocks down, since some moment in the past.
struct GpuViolation {
    double heldSeconds = 0, atSeconds = 0;  // both of the driver's clock
};

// One moment.
struct GpuReading {
    std::chrono::steady_clock::time_point time{};
    std::optional<double> utilization, memoryUtilization;  // %
    std::optional<std::uint64_t> memoryUsed, memoryFree, memoryTotal;  // bytes; used: by programs
    std::optional<std::uint64_t> processMemory;            // bytes of this program
    std::optional<double> power;                           // W
    std::optional<double> energy;                          // J since the driver was loaded, of the whole board
    std::optional<double> smClock, memoryClock;            // MHz
    std::optional<double> temperature;                     // degrees Celsius
    std::optional<int> performanceState;                   // 0 is the fastest
    std::optional<std::uint64_t> clockReasons;             // see clock_reasons.h
    std::optional<GpuViolation> powerViolation, thermalViolation;
    std::optional<double> pcieReceived, pcieSent;          // bytes/s
    std::optional<double> smActive, smOccupancy, tensorActive, dramActive;  // %, between this reading and the one before
};

}  // namespace trainyard
