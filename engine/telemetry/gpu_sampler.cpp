#include "engine/telemetry/gpu_sampler.h"

#include <memory>
#include <optional>

#include "engine/telemetry/clock_reasons.h"
#include "engine/telemetry/gpu_counters.h"
#include "engine/telemetry/nvml.h"
#include "engine/telemetry/nvml_gpm.h"

namespace trainyard {

namespace {

// One GPU and what was read of it so far. Lives on the sampling thread.
class GpuWatch {
public:
    explicit GpuWatch(const std::string &uuid)
    {
        const auto session = Nvml::open();
        if (!session)
            return;
        m_gpu = (*session)->gpu(uuid);
        if (m_gpu)
            m_gpm = NvmlGpm::open(*m_gpu);
    }

    std::optional<GpuReading> publish(CounterSample &sample)
    {
        if (!m_gpu)
            return std::nullopt;
        GpuReading now = m_gpu->read();
        if (!m_pcieAt || now.time - *m_pcieAt >= GpuSampler::kPcieEvery) {
            m_gpu->readPcie(now);
            m_pcieAt = now.time;
        }
        if (m_gpm)
            m_gpm->read(now);
        if (!m_first)
            m_first = m_before = now;
        for (const GpuCounter &counter : gpuCounters())
            sample.add({counter.series, counter.unit}, counter.value({*m_first, m_before, now}));
        if (now.clockReasons) {
            for (RunEvent &event : m_reasons.update(*now.clockReasons, now.time))
                sample.tell(std::move(event));
        }
        m_before = now;
        return now;
    }

private:
    std::optional<NvmlGpu> m_gpu;
    std::unique_ptr<NvmlGpm> m_gpm;
    std::optional<GpuReading> m_first;
    GpuReading m_before;
    std::optional<std::chrono::steady_clock::time_point> m_pcieAt;
    ClockReasonWatch m_reasons;
};

}  // namespace

GpuSampler::GpuSampler(TelemetryHub &hub, std::string uuid, std::function<void(const GpuReading &, std::int64_t)> onReading,
                       std::chrono::milliseconds interval)
    : m_thread(hub, interval,
               [uuid = std::move(uuid), onReading = std::move(onReading), watch = std::shared_ptr<GpuWatch>()](CounterSample &sample) mutable {
                   if (!watch)
                       watch = std::make_shared<GpuWatch>(uuid);
                   const auto reading = watch->publish(sample);
                   if (reading && onReading)
                       onReading(*reading, sample.step());
               })
{
}

}  // namespace trainyard
