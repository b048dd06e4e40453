#include "engine/telemetry/nvml_gpm.h"

#include <array>
#include <utility>

namespace trainyard {

namespace {

struct Metric {
    unsigned id;
    std::optional<double> GpuReading::*field;
};
constexpr std::array kMetrics{
    Metric{nvml::kGpmSmActive, &GpuReading::smActive},
    Metric{nvml::kGpmSmOccupancy, &GpuReading::smOccupancy},
    Metric{nvml::kGpmTensorActive, &GpuReading::tensorActive},
    Metric{nvml::kGpmDramActive, &GpuReading::dramActive},
};

// The guide promises 0 to 100; anything else is no measurement.
bool isPercent(double value)
{
    return value >= 0 && value <= 100;
}

}  // namespace

std::unique_ptr<NvmlGpm> NvmlGpm::open(const NvmlGpu &gpu)
{
    nvml::GpmSupport support{nvml::kGpmSupportVersion, 0};
    if (gpu.functions().gpmSupport(gpu.device(), &support) != nvml::kSuccess || !support.isSupportedDevice)
        return nullptr;
    if (gpu.facts().mig.value_or(false))
        return nullptr;
    std::unique_ptr<NvmlGpm> gpm(new NvmlGpm(gpu));
    for (nvml::GpmSample *sample : {&gpm->m_before, &gpm->m_now})
        if (gpu.functions().gpmSampleAlloc(sample) != nvml::kSuccess || !*sample)
            return nullptr;
    return gpm;
}

NvmlGpm::~NvmlGpm()
{
    for (const nvml::GpmSample sample : {m_before, m_now})
        if (sample)
            m_gpu.functions().gpmSampleFree(sample);
}

void NvmlGpm::read(GpuReading &reading)
{
    if (m_gpu.functions().gpmSampleGet(m_gpu.device(), m_now) != nvml::kSuccess) {
        m_hasBefore = false;
        return;
    }
    if (m_hasBefore) {
        *m_request = {nvml::kGpmMetricsGetVersion, kMetrics.size(), m_before, m_now, {}};
        for (std::size_t i = 0; i < kMetrics.size(); ++i)
            m_request->metrics[i].metricId = kMetrics[i].id;
        if (m_gpu.functions().gpmMetricsGet(m_request.get()) == nvml::kSuccess) {
            for (std::size_t i = 0; i < kMetrics.size(); ++i) {
                const nvml::GpmMetric &metric = m_request->metrics[i];
                if (metric.result == nvml::kSuccess && isPercent(metric.value))
                    reading.*kMetrics[i].field = metric.value;
            }
        }
    }
    std::swap(m_before, m_now);
    m_hasBefore = true;
}

}  // namespace trainyard
