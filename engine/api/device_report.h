// What each device of this machine is, whether a run can train on it, and if not, why and what to do: in words, for the
// Device page and for `trainyard-cli doctor`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/api/library_probe.h"
#include "engine/backends/backend.h"
#include "engine/telemetry/gpu_reading.h"

namespace trainyard {

struct DeviceFact {
    std::string label, value;  // "Memory", "141 GB, 139 GB free"
};

struct DeviceReport {
    // As TrainingConfig::device names it ("cpu", "cuda:0") when usable; "gpu:1", by the driver's number, for a GPU that CUDA
    // does not offer; "cuda" when there is no GPU at all.
    std::string id;
    std::string name;     // "NVIDIA H200"
    bool usable = false;
    std::string verdict;  // one sentence: "Ready to train.", "Its compute capability is 6.1: 7.5 is the least that ..."
    std::string advice;   // what to do; empty when nothing
    std::vector<DeviceFact> facts;     // what is known, in the order to show it
    std::optional<DeviceInfo> device;  // usable ones
    std::optional<GpuFacts> gpu;       // where the driver shows it: limits of its counters, and the uuid for GpuSampler
};

// Everything the verdicts are made from, so that they can be tested without a machine of each kind.
struct MachineEvidence {
    std::vector<BackendReport> backends;
    bool cudaModule = false;           // the module that trains on GPUs is loaded; a report says why not
    std::optional<Error> driverError;  // why the driver cannot be asked; NotFound: there is none, or it is not loaded
    DriverFacts driver;
    std::vector<GpuFacts> gpus;        // the driver's
    LibraryProbe cudaRuntime, cudnn;
    int nvidiaCards = 0;               // on the PCI bus, driver or not
    std::string visibleDevices;        // CUDA_VISIBLE_DEVICES; empty when not set
};

// What this machine is. Loads the driver's and CUDA's libraries, tens of milliseconds: not on the UI thread.
MachineEvidence gatherEvidence();
// Display and compute cards of NVIDIA's among the kernel's PCI devices.
int countNvidiaCards(const std::filesystem::path &pciDevices = "/sys/bus/pci/devices");

// "cpu" first, then the GPUs that can be used, then those that cannot. Never empty.
std::vector<DeviceReport> deviceReports(const MachineEvidence &evidence);
inline std::vector<DeviceReport> examineDevices()
{
    return deviceReports(gatherEvidence());
}

}  // namespace trainyard
