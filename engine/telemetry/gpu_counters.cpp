#include "engine/telemetry/gpu_counters.h"

#include <algorithm>
#include <array>

namespace trainyard {

namespace {

using Readings = const GpuReadings &;
using Value = std::optional<double>;

template <auto Field>
Value now(Readings readings)
{
    const auto &value = readings.now.*Field;
    if (!value)
        return std::nullopt;
    return static_cast<double>(*value);
}

template <auto Field>
Value limit(const GpuFacts &facts)
{
    const auto &value = facts.*Field;
    if (!value)
        return std::nullopt;
    return static_cast<double>(*value);
}

Value hundred(const GpuFacts &)
{
    return 100;
}

Value energySinceFirst(Readings readings)
{
    if (!readings.first.energy || !readings.now.energy || *readings.now.energy < *readings.first.energy)
        return std::nullopt;  // the driver was loaded again
    return *readings.now.energy - *readings.first.energy;
}

// Share of the time between two readings.
template <auto Field>
Value heldBack(Readings readings)
{
    const auto &before = readings.before.*Field, &after = readings.now.*Field;
    if (!before || !after || after->atSeconds <= before->atSeconds || after->heldSeconds < before->heldSeconds)
        return std::nullopt;
    return std::min(100.0, 100 * (after->heldSeconds - before->heldSeconds) / (after->atSeconds - before->atSeconds));
}

constexpr std::array kCounters{
    GpuCounter{"gpu/utilization", "%", "GPU busy", "Share of the time in which a kernel was running, however small it was.",
               now<&GpuReading::utilization>, hundred},
    GpuCounter{"gpu/memory_utilization", "%", "Memory busy", "Share of the time in which the GPU's memory was read or written.",
               now<&GpuReading::memoryUtilization>, hundred},
    GpuCounter{"gpu/memory_used", "bytes", "Memory used", "Held by all programs together.",
               now<&GpuReading::memoryUsed>, limit<&GpuFacts::memoryTotal>},
    GpuCounter{"gpu/memory_process", "bytes", "Memory of this program", "Arena, data, and what CUDA and its libraries take.",
               now<&GpuReading::processMemory>, limit<&GpuFacts::memoryTotal>},
    GpuCounter{"gpu/power", "W", "Power", "Of the whole board.", now<&GpuReading::power>, limit<&GpuFacts::powerLimit>},
    GpuCounter{"gpu/energy", "J", "Energy", "Used by the whole board since the counters were started.", energySinceFirst, nullptr},
    GpuCounter{"gpu/sm_clock", "MHz", "SM clock", "Clock of the multiprocessors.",
               now<&GpuReading::smClock>, limit<&GpuFacts::smClockLimit>},
    GpuCounter{"gpu/memory_clock", "MHz", "Memory clock", "Clock of the GPU's memory.",
               now<&GpuReading::memoryClock>, limit<&GpuFacts::memoryClockLimit>},
    GpuCounter{"gpu/temperature", "°C", "Temperature", "Of the GPU; the limit is where the hardware slows down.",
               now<&GpuReading::temperature>, limit<&GpuFacts::slowdownTemperature>},
    GpuCounter{"gpu/pcie_rx", "bytes/s", "PCIe received", "Into the GPU, measured over 20 ms every few seconds.",
               now<&GpuReading::pcieReceived>, nullptr},
    GpuCounter{"gpu/pcie_tx", "bytes/s", "PCIe sent", "Out of the GPU, measured over 20 ms every few seconds.",
               now<&GpuReading::pcieSent>, nullptr},
    GpuCounter{"gpu/sm_active", "%", "SMs active", "Multiprocessors that had work.", now<&GpuReading::smActive>, hundred},
    GpuCounter{"gpu/sm_occupancy", "%", "SM occupancy", "Warps that were active, of those the multiprocessors can hold.",
               now<&GpuReading::smOccupancy>, hundred},
    GpuCounter{"gpu/tensor_active", "%", "Tensor cores active", "Time the multiprocessors spent in tensor operations.",
               now<&GpuReading::tensorActive>, hundred},
    GpuCounter{"gpu/dram_active", "%", "Memory bandwidth", "Bandwidth used, of what the memory could do.",
               now<&GpuReading::dramActive>, hundred},
    GpuCounter{"gpu/clock_reasons", "", "Clock reasons", "Why the clocks are not at their highest, as the driver's bits.",
               now<&GpuReading::clockReasons>, nullptr},
    GpuCounter{"gpu/power_violation", "%", "Held back by power", "Share of the time in which the power limit held the clocks down.",
               heldBack<&GpuReading::powerViolation>, hundred},
    GpuCounter{"gpu/thermal_violation", "%", "Held back by heat", "Share of the time in which temperature held the clocks down.",
               heldBack<&GpuReading::thermalViolation>, hundred},
    GpuCounter{"gpu/performance_state", "", "Performance state", "P0 is the fastest, P15 the slowest.",
               now<&GpuReading::performanceState>, nullptr},
};

}  // namespace

std::span<const GpuCounter> gpuCounters()
{
    return kCounters;
}

}  // namespace trainyard
