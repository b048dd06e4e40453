// How busy the parts of a GPU were between two moments: GPU performance monitoring, on Hopper and newer.
#pragma once

#include <memory>
#include <optional>

#include "engine/telemetry/nvml.h"

namespace trainyard {

class NvmlGpm {
public:
    // Null where the GPU or the driver has none of it, or the GPU is split into instances: its own counters do not count
    // what runs in them.
    static std::unique_ptr<NvmlGpm> open(const NvmlGpu &gpu);
    ~NvmlGpm();
    NvmlGpm(const NvmlGpm &) = delete;
    NvmlGpm &operator=(const NvmlGpm &) = delete;

    // Fills smActive, smOccupancy, tensorActive and dramActive with what was since the call before; the first call has
    // nothing to compare with and leaves them absent. Calls should lie 100 ms or more apart: the hardware's own rhythm.
    // One thread.
    void read(GpuReading &reading);

private:
    explicit NvmlGpm(const NvmlGpu &gpu) : m_gpu(gpu) {}

    NvmlGpu m_gpu;
    nvml::GpmSample m_before = nullptr, m_now = nullptr;
    bool m_hasBefore = false;
    std::unique_ptr<nvml::GpmMetricsGet> m_request = std::make_unique<nvml::GpmMetricsGet>();
};

}  // namespace trainyard
