#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>

#include "engine/base/file.h"
#include "engine/telemetry/nvml.h"

namespace trainyard {

namespace {

// The value a function leaves behind its last argument; empty on every status but success.
template <typename Value, typename Function, typename... Arguments>
std::optional<Value> ask(const Function &function, Arguments... arguments)
{
    Value value{};
    if (function(arguments..., &value) != nvml::kSuccess)
        return std::nullopt;
    return value;
}

std::optional<double> scaled(std::optional<unsigned> value, double factor)
{
    if (!value)
        return std::nullopt;
    return *value * factor;
}

template <std::size_t Size, typename Function>
std::string text(const Function &function, nvml::Device device)
{
    std::array<char, Size> buffer{};
    return function(device, buffer.data(), Size) == nvml::kSuccess ? std::string(buffer.data()) : std::string();
}

std::optional<nvml::Memory> memory(const nvml::Functions &functions, nvml::Device device)
{
    nvml::MemoryV2 reading{nvml::kMemoryV2, 0, 0, 0, 0};
    if (functions.memoryV2(device, &reading) == nvml::kSuccess)
        return nvml::Memory{reading.total, reading.free, reading.used};
    return ask<nvml::Memory>(functions.memory, device);
}

std::optional<double> temperature(const nvml::Functions &functions, nvml::Device device)
{
    nvml::Temperature reading{nvml::kTemperatureV1, nvml::kSensorGpu, 0};
    if (functions.temperatureV(device, &reading) == nvml::kSuccess)
        return reading.temperature;
    return scaled(ask<unsigned>(functions.temperature, device, static_cast<int>(nvml::kSensorGpu)), 1);
}

std::optional<GpuViolation> violation(const nvml::Functions &functions, nvml::Device device, nvml::PerformancePolicy policy)
{
    const auto time = ask<nvml::ViolationTime>(functions.violation, device, static_cast<int>(policy));
    if (!time)
        return std::nullopt;
    return GpuViolation{static_cast<double>(time->violationTime) * 1e-9, static_cast<double>(time->referenceTime) * 1e-6};
}

// All processes of one kind; empty optional when the driver does not tell.
template <typename List>
std::optional<std::vector<nvml::ProcessInfo>> list(const List &function, nvml::Device device)
{
    std::vector<nvml::ProcessInfo> processes(32);
    // Programs may start between the answer that says how many there are and the next call: ask a few times.
    for (int attempt = 0; attempt < 4; ++attempt) {
        auto count = static_cast<unsigned>(processes.size());
        const nvml::Return status = function(device, &count, processes.data());
        if (status == nvml::kSuccess) {
            processes.resize(std::min<std::size_t>(count, processes.size()));
            return processes;
        }
        if (status != nvml::kInsufficientSize)
            return std::nullopt;
        processes.resize(count + 8);
    }
    return std::nullopt;
}

std::string processName(std::uint32_t pid)
{
    auto name = readFile("/proc/" + std::to_string(pid) + "/comm");
    if (!name)
        return {};
    while (!name->empty() && name->back() == '\n')
        name->pop_back();
    return *name;
}

// The largest of what the lists say of each process: a program that computes and draws is in both.
std::optional<std::map<std::uint32_t, std::optional<std::uint64_t>>> memoryByProcess(const nvml::Functions &functions, nvml::Device device)
{
    const auto compute = list(functions.computeProcesses, device);
    const auto graphics = list(functions.graphicsProcesses, device);
    if (!compute && !graphics)
        return std::nullopt;
    std::map<std::uint32_t, std::optional<std::uint64_t>> bytes;
    for (const auto &processes : {compute, graphics}) {
        if (!processes)
            continue;
        for (const nvml::ProcessInfo &process : *processes) {
            auto &known = bytes[process.pid];
            if (process.usedGpuMemory != nvml::kNotAvailable)
                known = std::max<std::uint64_t>(known.value_or(0), process.usedGpuMemory);
        }
    }
    return bytes;
}

}  // namespace

NvmlGpu::NvmlGpu(std::shared_ptr<const Nvml> session, nvml::Device device, unsigned index)
    : m_session(std::move(session)), m_device(device), m_index(index)
{
}

std::string NvmlGpu::uuid() const
{
    return text<nvml::kUuidBuffer>(functions().uuid, m_device);
}

GpuFacts NvmlGpu::facts() const
{
    const nvml::Functions &call = functions();
    GpuFacts facts;
    facts.index = m_index;
    facts.uuid = uuid();
    facts.name = text<nvml::kNameBuffer>(call.name, m_device);
    if (ComputeCapability found; call.computeCapability(m_device, &found.major, &found.minor) == nvml::kSuccess)
        facts.computeCapability = found;
    if (const auto known = memory(call, m_device)) {
        facts.memoryTotal = known->total;
        facts.memoryFree = known->free;
    }
    facts.smClockLimit = scaled(ask<unsigned>(call.maxClock, m_device, static_cast<int>(nvml::kClockSm)), 1);
    facts.memoryClockLimit = scaled(ask<unsigned>(call.maxClock, m_device, static_cast<int>(nvml::kClockMemory)), 1);
    facts.powerLimit = scaled(ask<unsigned>(call.powerLimit, m_device), 1e-3);
    facts.slowdownTemperature = scaled(ask<unsigned>(call.temperatureThreshold, m_device, static_cast<int>(nvml::kThresholdSlowdown)), 1);
    facts.pcieGeneration = ask<unsigned>(call.pcieGeneration, m_device);
    facts.pcieWidth = ask<unsigned>(call.pcieWidth, m_device);
    facts.pcieMaxGeneration = ask<unsigned>(call.pcieMaxGeneration, m_device);
    facts.pcieMaxWidth = ask<unsigned>(call.pcieMaxWidth, m_device);
    if (unsigned now = 0, later = 0; call.migMode(m_device, &now, &later) == nvml::kSuccess)
        facts.mig = now == nvml::kMigEnabled;
    return facts;
}

GpuReading NvmlGpu::read() const
{
    const nvml::Functions &call = functions();
    GpuReading reading;
    reading.time = std::chrono::steady_clock::now();
    if (const auto busy = ask<nvml::Utilization>(call.utilization, m_device)) {
        reading.utilization = busy->gpu;
        reading.memoryUtilization = busy->memory;
    }
    if (const auto known = memory(call, m_device)) {
        reading.memoryUsed = known->used;
        reading.memoryFree = known->free;
        reading.memoryTotal = known->total;
    }
    if (const auto processes = memoryByProcess(call, m_device)) {
        const auto own = processes->find(static_cast<std::uint32_t>(::getpid()));
        if (own != processes->end())
            reading.processMemory = own->second;
    }
    reading.power = scaled(ask<unsigned>(call.power, m_device), 1e-3);
    reading.energy = energy();
    reading.smClock = scaled(ask<unsigned>(call.clock, m_device, static_cast<int>(nvml::kClockSm)), 1);
    reading.memoryClock = scaled(ask<unsigned>(call.clock, m_device, static_cast<int>(nvml::kClockMemory)), 1);
    reading.temperature = temperature(call, m_device);
    if (const auto state = ask<int>(call.performanceState, m_device); state && *state != nvml::kPerformanceStateUnknown)
        reading.performanceState = state;
    if (const auto reasons = ask<unsigned long long>(call.clockReasons, m_device))
        reading.clockReasons = *reasons;
    reading.powerViolation = violation(call, m_device, nvml::kPolicyPower);
    reading.thermalViolation = violation(call, m_device, nvml::kPolicyThermal);
    return reading;
}

void NvmlGpu::readPcie(GpuReading &reading) const
{
    constexpr double kBytesPerUnit = 1000;
    const auto rate = [this](nvml::PcieCounter counter) {
        return scaled(ask<unsigned>(functions().pcieThroughput, m_device, static_cast<int>(counter)), kBytesPerUnit);
    };
    reading.pcieReceived = rate(nvml::kPcieReceived);
    reading.pcieSent = rate(nvml::kPcieSent);
}

std::optional<std::vector<GpuProcess>> NvmlGpu::processes() const
{
    const auto bytes = memoryByProcess(functions(), m_device);
    if (!bytes)
        return std::nullopt;
    std::vector<GpuProcess> processes;
    for (const auto &[pid, used] : *bytes)
        processes.push_back({pid, used, processName(pid)});
    std::stable_sort(processes.begin(), processes.end(),
                     [](const GpuProcess &a, const GpuProcess &b) { return a.bytes.value_or(0) > b.bytes.value_or(0); });
    return processes;
}

std::optional<double> NvmlGpu::energy() const
{
    const auto millijoules = ask<unsigned long long>(functions().energy, m_device);
    if (!millijoules)
        return std::nullopt;
    return static_cast<double>(*millijoules) * 1e-3;
}

}  // namespace trainyard
