// The energy devices have used, in joules, counted up from some moment in the past: only differences mean something.
//
// CPU: the packages' RAPL counters in /sys/class/powercap, which many systems let only root read. GPU: NVML's counter, of the
// whole board. Unknown is absent. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "engine/backends/backend.h"
#include "engine/telemetry/nvml.h"

namespace trainyard {

class EnergyMeter {
public:
    // powercap: where the kernel shows its counters.
    explicit EnergyMeter(std::filesystem::path powercap = "/sys/class/powercap") : m_powercap(std::move(powercap)) {}

    std::optional<double> joules(const DeviceInfo &device);

private:
    std::optional<double> processorJoules();

    struct Package {
        std::uint64_t last = 0, wraps = 0;  // microjoules; beyond its range the counter begins anew
    };
    std::filesystem::path m_powercap;
    std::map<std::filesystem::path, Package> m_packages;
    std::map<std::string, std::optional<NvmlGpu>> m_gpus;  // by uuid; empty: the driver does not show it
};

}  // namespace trainyard
