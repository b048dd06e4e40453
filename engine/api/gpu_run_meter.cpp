#include "engine/api/gpu_run_meter.h"

#include <algorithm>

namespace trainyard {

GpuRunMeter::GpuRunMeter(TelemetryHub &hub, std::string uuid, std::uint64_t plannedBytes) : m_plannedBytes(plannedBytes)
{
    m_gpu = findGpu(uuid);
    if (!m_gpu)
        return;
    m_joulesBefore = m_gpu->energy();
    m_sampler.emplace(hub, std::move(uuid), [this](const GpuReading &reading, std::int64_t) { take(reading); });
}

void GpuRunMeter::setStep(std::int64_t step, std::uint32_t segment)
{
    if (!m_firstStep)
        m_firstStep = step;
    m_training = step != *m_firstStep;
    if (m_sampler)
        m_sampler->setStep(step, segment);
}

void GpuRunMeter::take(const GpuReading &reading)
{
    if (!m_training || !reading.processMemory)
        return;
    const std::lock_guard lock(m_mutex);
    m_mostBytes = std::max(m_mostBytes.value_or(0), *reading.processMemory);
}

RunMeasurements GpuRunMeter::finish()
{
    m_sampler.reset();
    RunMeasurements measured;
    // Less than the plan is no measurement: the driver counts what another process number holds.
    if (m_mostBytes && *m_mostBytes >= m_plannedBytes)
        measured.overheadBytes = *m_mostBytes - m_plannedBytes;
    if (const auto joules = m_gpu ? m_gpu->energy() : std::nullopt; joules && m_joulesBefore && *joules >= *m_joulesBefore)
        measured.joules = *joules - *m_joulesBefore;
    return measured;
}

}  // namespace trainyard
