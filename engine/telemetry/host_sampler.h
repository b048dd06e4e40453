// What the machine and this process use, read from /proc once a second.
//
// What cannot be read is an empty optional and is not published: an unknown value never shows as 0.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/telemetry/sampling_thread.h"

namespace trainyard {

// Clock ticks summed over all processors since boot.
struct CpuTicks {
    std::uint64_t busy = 0;
    std::uint64_t total = 0;
};

struct MachineMemory {
    std::uint64_t totalBytes = 0;
    std::uint64_t availableBytes = 0;  // what a new program could take without swapping
};

// Parsers of the kernel's texts; empty when the text is not what it should be.
std::optional<CpuTicks> parseCpuTicks(std::string_view procStat);                 // /proc/stat
std::optional<std::uint64_t> parseProcessTicks(std::string_view procSelfStat);    // /proc/<pid>/stat: user + system
std::optional<std::uint64_t> parseResidentPages(std::string_view procSelfStatm);  // /proc/<pid>/statm
std::optional<MachineMemory> parseMachineMemory(std::string_view procMeminfo);    // /proc/meminfo

// Percent of all processors together that were busy between two readings; empty when no time passed.
std::optional<double> cpuPercent(CpuTicks before, CpuTicks after);

// One reading of everything, now.
struct HostReading {
    std::optional<CpuTicks> cpu;
    std::optional<std::uint64_t> processTicks;
    std::optional<std::uint64_t> residentBytes;  // this process
    std::optional<MachineMemory> memory;
};
HostReading readHost();

// Publishes, every interval, into a hub:
//   cpu/utilization (%)       all programs, share of all processors
//   cpu/process (%)           this process, share of all processors, so that it compares with the line above
//   memory/process (bytes)    resident
//   memory/available (bytes)
// Percentages need two readings and so start with the second. The destructor stops at once.
class Sampler {
public:
    // hub must outlive the sampler.
    explicit Sampler(TelemetryHub &hub, std::chrono::milliseconds interval = std::chrono::seconds(1));

    // Any thread. The step and segment the next points carry, so that they share the axis of the loss.
    void setStep(std::int64_t step, std::uint32_t segment = 0) { m_thread.setStep(step, segment); }

private:
    SamplingThread m_thread;
};

}  // namespace trainyard
