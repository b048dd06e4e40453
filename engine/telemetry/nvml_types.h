// What this program declares of NVML by hand, because its header comes in no package of its own.
//
// Source of every layout, number and meaning here: NVIDIA's public "NVML API Reference Guide"
// (docs.nvidia.com/deploy/nvml-api): "Device Structs", "Device Enums", "Clocks Event Reasons", "GPM Structs" and
// "GPM Enums". The names are NVIDIA's without their prefix; types are plain C, so that this is the library's ABI.
#pragma once

#include <cstddef>
#include <cstdint>

namespace trainyard::nvml {

using Return = int;
using Device = struct DeviceOpaque *;        // valid from nvmlInit to nvmlShutdown
using GpmSample = struct GpmSampleOpaque *;  // ours from nvmlGpmSampleAlloc to nvmlGpmSampleFree

// nvmlReturn_t; only those that are told apart here.
inline constexpr Return kSuccess = 0;
inline constexpr Return kInvalidArgument = 2;
inline constexpr Return kNotSupported = 3;
inline constexpr Return kNoPermission = 4;
inline constexpr Return kInsufficientSize = 7;
inline constexpr Return kDriverNotLoaded = 9;
inline constexpr Return kFunctionNotFound = 13;
inline constexpr Return kGpuIsLost = 15;
inline constexpr Return kLibraryDriverMismatch = 18;

// Buffers that are long enough for the texts, from the guide's constants of the same names.
inline constexpr std::size_t kDriverVersionBuffer = 80;  // NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE
inline constexpr std::size_t kNameBuffer = 96;           // NVML_DEVICE_NAME_V2_BUFFER_SIZE
inline constexpr std::size_t kUuidBuffer = 96;           // NVML_DEVICE_UUID_V2_BUFFER_SIZE

// NVML_VALUE_NOT_AVAILABLE in a 64-bit field: a process whose memory the driver does not tell.
inline constexpr unsigned long long kNotAvailable = ~0ULL;

struct Utilization {  // percent of the last sample period
    unsigned gpu;     // a kernel was running
    unsigned memory;  // device memory was read or written
};

struct Memory {  // bytes; used holds what the driver keeps for itself
    unsigned long long total, free, used;
};

struct MemoryV2 {  // bytes; reserved is the driver's own and is not in used
    unsigned version;
    unsigned long long total, reserved, free, used;
};
// The library recognises a structure by its size and a version number in the top byte (NVML_STRUCT_VERSION).
inline constexpr unsigned kMemoryV2 = sizeof(MemoryV2) | 2u << 24;

struct ProcessInfo {  // nvmlProcessInfo_t as of ..._v2 and ..._v3
    unsigned pid;
    unsigned long long usedGpuMemory;  // bytes, or kNotAvailable
    unsigned gpuInstanceId, computeInstanceId;
};

struct ViolationTime {  // both count up
    unsigned long long referenceTime;  // microseconds of the CPU's clock
    unsigned long long violationTime;  // nanoseconds the policy held the clocks down
};

struct Temperature {  // nvmlTemperature_t of nvmlDeviceGetTemperatureV
    unsigned version;
    int sensorType;
    int temperature;  // degrees Celsius
};
inline constexpr unsigned kTemperatureV1 = sizeof(Temperature) | 1u << 24;

enum ClockType : int { kClockGraphics = 0, kClockSm = 1, kClockMemory = 2 };             // nvmlClockType_t
enum TemperatureSensor : int { kSensorGpu = 0 };                                         // nvmlTemperatureSensors_t
enum TemperatureThreshold : int { kThresholdSlowdown = 1 };                              // nvmlTemperatureThresholds_t
enum PcieCounter : int { kPcieSent = 0, kPcieReceived = 1 };                             // nvmlPcieUtilCounter_t, KB/s over 20 ms
enum PerformancePolicy : int { kPolicyPower = 0, kPolicyThermal = 1 };                   // nvmlPerfPolicyType_t
inline constexpr int kPerformanceStateUnknown = 32;                                      // NVML_PSTATE_UNKNOWN
inline constexpr unsigned kMigEnabled = 1;                                               // NVML_DEVICE_MIG_ENABLE

// nvmlClocksEventReason*, earlier called nvmlClocksThrottleReason*: bits of one word.
inline constexpr std::uint64_t kReasonGpuIdle = 0x001;
inline constexpr std::uint64_t kReasonApplicationClocks = 0x002;
inline constexpr std::uint64_t kReasonPowerCap = 0x004;
inline constexpr std::uint64_t kReasonHardwareSlowdown = 0x008;
inline constexpr std::uint64_t kReasonSyncBoost = 0x010;
inline constexpr std::uint64_t kReasonDriverThermal = 0x020;
inline constexpr std::uint64_t kReasonHardwareThermal = 0x040;
inline constexpr std::uint64_t kReasonPowerBrake = 0x080;
inline constexpr std::uint64_t kReasonDisplayClocks = 0x100;

// nvmlGpmMetricId_t: percentages from 0 to 100.
inline constexpr unsigned kGpmSmActive = 2;      // SMs that were busy
inline constexpr unsigned kGpmSmOccupancy = 3;   // warps that were active, of those an SM can hold
inline constexpr unsigned kGpmTensorActive = 5;  // SMs doing tensor operations of any type
inline constexpr unsigned kGpmDramActive = 10;   // bandwidth used of what the memory could do

struct GpmMetric {
    unsigned metricId;  // asked
    Return result;      // of this metric alone
    double value;
    struct {
        const char *shortName, *longName, *unit;
    } info;
};

// nvmlGpmMetricsGet_t ends in an array of NVML_GPM_METRIC_MAX entries: 98 in the first drivers that have it, 477 today.
// The library reads the first numMetrics alone; there is room for more than the longest here.
struct GpmMetricsGet {
    unsigned version;  // 1
    unsigned numMetrics;
    GpmSample before, now;
    GpmMetric metrics[512];
};
inline constexpr unsigned kGpmMetricsGetVersion = 1;

struct GpmSupport {
    unsigned version;  // 1
    unsigned isSupportedDevice;
};
inline constexpr unsigned kGpmSupportVersion = 1;

static_assert(sizeof(void *) != 8 || (sizeof(MemoryV2) == 40 && sizeof(ProcessInfo) == 24 && sizeof(GpmMetric) == 40));

}  // namespace trainyard::nvml
