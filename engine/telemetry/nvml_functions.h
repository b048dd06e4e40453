// The functions of NVML this program calls, found by name in a library that was opened at run time.
//
// Source of the prototypes: NVIDIA's public "NVML API Reference Guide" (see nvml_types.h). Drivers of different ages lack
// some of them, so every one is optional: calling one that is not there answers kFunctionNotFound, as the library itself
// does where it has a stub.
#pragma once

#include <dlfcn.h>

#include "engine/telemetry/nvml_types.h"

namespace trainyard::nvml {

template <typename... Arguments>
class Function {
public:
    // otherName: of the same prototype under an older or newer name; taken when `name` is not there.
    Function(void *library, const char *name, const char *otherName = nullptr)
        : m_function(reinterpret_cast<Return (*)(Arguments...)>(::dlsym(library, name)))
    {
        if (!m_function && otherName)
            m_function = reinterpret_cast<Return (*)(Arguments...)>(::dlsym(library, otherName));
    }

    bool found() const { return m_function != nullptr; }
    Return operator()(Arguments... arguments) const { return m_function ? m_function(arguments...) : kFunctionNotFound; }

private:
    Return (*m_function)(Arguments...);
};

struct Functions {
    explicit Functions(void *handle) : library(handle) {}

    void *library;

    Function<> init{library, "nvmlInit_v2"};
    Function<> shutdown{library, "nvmlShutdown"};

    // System queries.
    Function<char *, unsigned> driverVersion{library, "nvmlSystemGetDriverVersion"};
    Function<int *> cudaVersion{library, "nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion"};

    // Device queries: what a device is.
    Function<unsigned *> deviceCount{library, "nvmlDeviceGetCount_v2"};
    Function<unsigned, Device *> deviceByIndex{library, "nvmlDeviceGetHandleByIndex_v2"};
    Function<Device, char *, unsigned> name{library, "nvmlDeviceGetName"};
    Function<Device, char *, unsigned> uuid{library, "nvmlDeviceGetUUID"};
    Function<Device, int *, int *> computeCapability{library, "nvmlDeviceGetCudaComputeCapability"};
    Function<Device, int, unsigned *> maxClock{library, "nvmlDeviceGetMaxClockInfo"};                     // MHz
    Function<Device, unsigned *> powerLimit{library, "nvmlDeviceGetEnforcedPowerLimit"};                  // milliwatts
    Function<Device, int, unsigned *> temperatureThreshold{library, "nvmlDeviceGetTemperatureThreshold"};  // degrees Celsius
    Function<Device, unsigned *> pcieGeneration{library, "nvmlDeviceGetCurrPcieLinkGeneration"};
    Function<Device, unsigned *> pcieWidth{library, "nvmlDeviceGetCurrPcieLinkWidth"};
    Function<Device, unsigned *> pcieMaxGeneration{library, "nvmlDeviceGetMaxPcieLinkGeneration"};
    Function<Device, unsigned *> pcieMaxWidth{library, "nvmlDeviceGetMaxPcieLinkWidth"};
    Function<Device, unsigned *, unsigned *> migMode{library, "nvmlDeviceGetMigMode"};  // now, after the next reset

    // Device queries: what it does.
    Function<Device, MemoryV2 *> memoryV2{library, "nvmlDeviceGetMemoryInfo_v2"};
    Function<Device, Memory *> memory{library, "nvmlDeviceGetMemoryInfo"};
    Function<Device, Utilization *> utilization{library, "nvmlDeviceGetUtilizationRates"};
    Function<Device, unsigned *, ProcessInfo *> computeProcesses{library, "nvmlDeviceGetComputeRunningProcesses_v3",
                                                                 "nvmlDeviceGetComputeRunningProcesses_v2"};
    Function<Device, unsigned *, ProcessInfo *> graphicsProcesses{library, "nvmlDeviceGetGraphicsRunningProcesses_v3",
                                                                  "nvmlDeviceGetGraphicsRunningProcesses_v2"};
    Function<Device, unsigned *> power{library, "nvmlDeviceGetPowerUsage"};                       // milliwatts
    Function<Device, unsigned long long *> energy{library, "nvmlDeviceGetTotalEnergyConsumption"};  // millijoules since the driver was loaded
    Function<Device, int, unsigned *> clock{library, "nvmlDeviceGetClockInfo"};                   // MHz
    Function<Device, Temperature *> temperatureV{library, "nvmlDeviceGetTemperatureV"};
    Function<Device, int, unsigned *> temperature{library, "nvmlDeviceGetTemperature"};           // degrees Celsius
    Function<Device, int *> performanceState{library, "nvmlDeviceGetPerformanceState"};
    Function<Device, unsigned long long *> clockReasons{library, "nvmlDeviceGetCurrentClocksEventReasons",
                                                        "nvmlDeviceGetCurrentClocksThrottleReasons"};
    Function<Device, int, ViolationTime *> violation{library, "nvmlDeviceGetViolationStatus"};
    Function<Device, int, unsigned *> pcieThroughput{library, "nvmlDeviceGetPcieThroughput"};  // KB/s; takes 20 ms

    // GPM functions: Hopper and newer.
    Function<Device, GpmSupport *> gpmSupport{library, "nvmlGpmQueryDeviceSupport"};
    Function<GpmSample *> gpmSampleAlloc{library, "nvmlGpmSampleAlloc"};
    Function<GpmSample> gpmSampleFree{library, "nvmlGpmSampleFree"};
    Function<Device, GpmSample> gpmSampleGet{library, "nvmlGpmSampleGet"};
    Function<GpmMetricsGet *> gpmMetricsGet{library, "nvmlGpmMetricsGet"};
};

}  // namespace trainyard::nvml
