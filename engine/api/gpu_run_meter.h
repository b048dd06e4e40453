// Watches the GPU a run trains on: publishes its counters, and finds out what the run took of it beyond its plan.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "engine/telemetry/gpu_sampler.h"
#include "engine/telemetry/nvml.h"

namespace trainyard {

// Measured in one run; unknown is absent.
struct RunMeasurements {
    // The most this process held of the GPU above arena and data while steps were made: context, libraries, their kernels.
    std::optional<std::uint64_t> overheadBytes;
    std::optional<double> joules;  // of the whole board, whoever used it, since the last resume
};

class GpuRunMeter {
public:
    // plannedBytes: arena and data on the device. hub must outlive the meter. Opens the driver's library, tens of
    // milliseconds. Where the driver does not show this GPU, nothing is published and nothing measured.
    GpuRunMeter(TelemetryHub &hub, std::string uuid, std::uint64_t plannedBytes);

    // One thread, the same as finish().
    void setStep(std::int64_t step, std::uint32_t segment);
    // Ends the sampling: nothing is published afterwards.
    RunMeasurements finish();

private:
    void take(const GpuReading &reading);  // sampling thread

    const std::uint64_t m_plannedBytes;
    std::optional<NvmlGpu> m_gpu;
    std::optional<double> m_joulesBefore;
    std::optional<std::int64_t> m_firstStep;
    std::atomic<bool> m_training = false;  // steps have been made: what the libraries load lazily is loaded
    std::mutex m_mutex;
    std::optional<std::uint64_t> m_mostBytes;  // guarded by it
    std::optional<GpuSampler> m_sampler;       // last: it is joined before the members above go
};

}  // namespace trainyard
