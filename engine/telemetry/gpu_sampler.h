// What a GPU does while a run trains on it, read from NVML once a second.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "engine/telemetry/gpu_reading.h"
#include "engine/telemetry/sampling_thread.h"

namespace trainyard {

// Publishes the counters of gpuCounters() that this GPU has, every interval; PCIe rates, which take the driver 40 ms, at
// most every kPcieEvery. Reasons that hold the clocks back are told as events too. Publishes nothing where there is no
// driver or no such GPU. Opens NVML on its own thread; the destructor stops at once.
class GpuSampler {
public:
    static constexpr auto kPcieEvery = std::chrono::seconds(5);

    // uuid: of the GPU, as CUDA and the driver call it ("GPU-..."). onReading: called on the sampling thread with every
    // reading and the step it belongs to; may be empty. hub must outlive the sampler.
    GpuSampler(TelemetryHub &hub, std::string uuid, std::function<void(const GpuReading &, std::int64_t step)> onReading = {},
               std::chrono::milliseconds interval = std::chrono::seconds(1));

    // Any thread. The step and segment the next points carry, so that they share the axis of the loss.
    void setStep(std::int64_t step, std::uint32_t segment = 0) { m_thread.setStep(step, segment); }

private:
    SamplingThread m_thread;
};

}  // namespace trainyard
