#include "engine/telemetry/host_sampler.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "engine/base/file.h"

namespace trainyard {

namespace {

// The next word of text, which is shortened by it; empty at the end.
std::string_view takeWord(std::string_view &text)
{
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
        text = {};
        return {};
    }
    const auto end = std::min(text.find_first_of(" \t\n", begin), text.size());
    const auto word = text.substr(begin, end - begin);
    text.remove_prefix(end);
    return word;
}

std::optional<std::uint64_t> toNumber(std::string_view word)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size())
        return std::nullopt;
    return number;
}

// The number after "Key:" at the start of a line.
std::optional<std::uint64_t> numberOf(std::string_view text, std::string_view key)
{
    while (!text.empty()) {
        const auto lineEnd = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, lineEnd);
        if (line.starts_with(key)) {
            line.remove_prefix(key.size());
            return toNumber(takeWord(line));
        }
        text.remove_prefix(std::min(lineEnd + 1, text.size()));
    }
    return std::nullopt;
}

template <typename Parse>
auto readAndParse(const char *path, Parse parse) -> decltype(parse(std::string_view()))
{
    const auto text = readFile(path);
    if (!text)
        return std::nullopt;
    return parse(*text);
}

void publish(CounterSample &sample, const HostReading &before, const HostReading &now)
{
    if (before.cpu && now.cpu) {
        sample.add({"cpu/utilization", "%"}, cpuPercent(*before.cpu, *now.cpu));
        if (before.processTicks && now.processTicks) {
            sample.add({"cpu/process", "%"}, cpuPercent({*before.processTicks, before.cpu->total},
                                                        {*now.processTicks, now.cpu->total}));
        }
    }
    if (now.residentBytes)
        sample.add({"memory/process", "bytes"}, static_cast<double>(*now.residentBytes));
    if (now.memory)
        sample.add({"memory/available", "bytes"}, static_cast<double>(now.memory->availableBytes));
}

}  // namespace

std::optional<CpuTicks> parseCpuTicks(std::string_view procStat)
{
    if (!procStat.starts_with("cpu "))
        return std::nullopt;
    std::string_view line = procStat.substr(4, procStat.find('\n') - 4);
    // user nice system idle iowait irq softirq steal; guest time after them is already part of user.
    constexpr std::size_t kIdle = 3, kIoWait = 4, kColumns = 8;
    CpuTicks ticks;
    for (std::size_t column = 0; column < kColumns; ++column) {
        const auto word = takeWord(line);
        if (word.empty() && column > kIdle)
            break;  // kernels before 2.6 have fewer columns
        const auto value = toNumber(word);
        if (!value)
            return std::nullopt;
        ticks.total += *value;
        if (column != kIdle && column != kIoWait)
            ticks.busy += *value;
    }
    return ticks;
}

std::optional<std::uint64_t> parseProcessTicks(std::string_view procSelfStat)
{
    // The program's name stands in brackets and may itself hold spaces and brackets.
    const auto nameEnd = procSelfStat.rfind(')');
    if (nameEnd == std::string_view::npos)
        return std::nullopt;
    std::string_view rest = procSelfStat.substr(nameEnd + 1);
    constexpr int kColumnsBeforeUser = 11;  // state ... cmajflt
    for (int column = 0; column < kColumnsBeforeUser; ++column)
        takeWord(rest);
    const auto user = toNumber(takeWord(rest));
    const auto system = toNumber(takeWord(rest));
    if (!user || !system)
        return std::nullopt;
    return *user + *system;
}

std::optional<std::uint64_t> parseResidentPages(std::string_view procSelfStatm)
{
    takeWord(procSelfStatm);
    return toNumber(takeWord(procSelfStatm));
}

std::optional<MachineMemory> parseMachineMemory(std::string_view procMeminfo)
{
    const auto total = numberOf(procMeminfo, "MemTotal:");
    const auto available = numberOf(procMeminfo, "MemAvailable:");
    if (!total || !available)
        return std::nullopt;
    return MachineMemory{*total * 1024, *available * 1024};  // the kernel's kB are 1024 bytes
}

std::optional<double> cpuPercent(CpuTicks before, CpuTicks after)
{
    // Counters of a processor that was taken offline may go back.
    if (after.total <= before.total || after.busy < before.busy)
        return std::nullopt;
    const auto busy = static_cast<double>(after.busy - before.busy);
    return std::min(100.0, 100.0 * busy / static_cast<double>(after.total - before.total));
}

HostReading readHost()
{
    HostReading reading;
    reading.cpu = readAndParse("/proc/stat", parseCpuTicks);
    reading.processTicks = readAndParse("/proc/self/stat", parseProcessTicks);
    if (const auto pages = readAndParse("/proc/self/statm", parseResidentPages))
        reading.residentBytes = *pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    reading.memory = readAndParse("/proc/meminfo", parseMachineMemory);
    return reading;
}

Sampler::Sampler(TelemetryHub &hub, std::chrono::milliseconds interval)
    : m_thread(hub, interval, [before = HostReading{}](CounterSample &sample) mutable {
          const HostReading now = readHost();
          publish(sample, before, now);
          before = now;
      })
{
}

}  // namespace trainyard
