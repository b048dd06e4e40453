#include "engine/api/device_memory.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/base/format.h"
#include "engine/base/json_text.h"
#include "engine/telemetry/nvml.h"

namespace trainyard {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr std::size_t kKept = 7;       // measurements of one device; the median of an odd number is one of them
constexpr std::size_t kNamed = 3;      // other programs in a message
// Below this, memory that no program is named for is the driver's own rounding and bookkeeping.
constexpr std::uint64_t kUnnamedWorthTelling = 1'000'000'000;

// The file's content; an empty one of today's format where it is missing or damaged.
Json readLearned(const std::filesystem::path &file)
{
    const auto text = readFile(file);
    Json json = text ? parseJson<Json>(*text) : Json();
    if (!json.is_object() || json.value("format", Json(0)) != kFormat || !json.contains("devices") || !json["devices"].is_array())
        json = {{"format", kFormat}, {"devices", Json::array()}};
    return json;
}

bool isOf(const Json &entry, const DeviceIdentity &device)
{
    const auto text = [&entry](const char *key) {
        const auto found = entry.find(key);
        return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    return entry.is_object() && DeviceIdentity{text("uuid"), text("driver"), text("library")} == device;
}

std::vector<std::uint64_t> measurements(const Json &entry)
{
    std::vector<std::uint64_t> values;
    const auto found = entry.find("overhead_bytes");
    if (found != entry.end() && found->is_array())
        for (const Json &value : *found)
            if (value.is_number_unsigned())
                values.push_back(value.get<std::uint64_t>());
    return values;
}

std::string holderName(const GpuProcess &process)
{
    return process.name.empty() ? fmt::format("process {}", process.pid) : fmt::format("{} (pid {})", process.name, process.pid);
}

std::string heldText(const GpuProcess &process)
{
    return process.bytes ? formatBytes(*process.bytes) : "an unknown amount";
}

}  // namespace

std::filesystem::path learnedMemoryFile()
{
    const auto variable = [](const char *name) {
        const char *value = std::getenv(name);
        return std::filesystem::path(value ? value : "");
    };
    std::filesystem::path data = variable("XDG_DATA_HOME");
    if (!data.is_absolute())  // the XDG rule: a relative path is to be ignored
        data = variable("HOME") / ".local/share";
    return data / "trainyard/device-memory.json";
}

std::optional<std::uint64_t> learnedOverhead(const DeviceIdentity &device, const std::filesystem::path &file)
{
    if (device.uuid.empty())
        return std::nullopt;
    const Json json = readLearned(file);
    for (const Json &entry : json["devices"]) {
        if (!isOf(entry, device))
            continue;
        std::vector<std::uint64_t> values = measurements(entry);
        if (values.empty())
            return std::nullopt;
        // The upper one of the two in the middle: better a little too much than a run that does not fit.
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        return *middle;
    }
    return std::nullopt;
}

Status learnOverhead(const DeviceIdentity &device, std::uint64_t bytes, const std::filesystem::path &file)
{
    if (device.uuid.empty())
        return fail(ErrorCode::InvalidArgument, "The memory of a GPU without a uuid cannot be remembered.");
    Json json = readLearned(file);
    auto &devices = json["devices"];
    auto entry = std::find_if(devices.begin(), devices.end(), [&device](const Json &one) { return isOf(one, device); });
    if (entry == devices.end()) {
        devices.push_back({{"uuid", device.uuid}, {"driver", device.driver}, {"library", device.library}});
        entry = devices.end() - 1;
    }
    std::vector<std::uint64_t> values = measurements(*entry);
    values.push_back(bytes);
    if (values.size() > kKept)
        values.erase(values.begin(), values.end() - kKept);
    (*entry)["overhead_bytes"] = values;
    TRAINYARD_CHECK(makeFolder(file.parent_path()));
    return writeFileAtomically(file, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

DeviceMemoryNow deviceMemoryNow(const std::string &uuid)
{
    const auto gpu = findGpu(uuid);
    if (!gpu)
        return {};
    const GpuReading reading = gpu->read();
    return {reading.memoryFree, reading.processMemory};
}

std::string memoryHoldersText(const std::string &uuid)
{
    const auto gpu = findGpu(uuid);
    const auto processes = gpu ? gpu->processes() : std::nullopt;
    if (!processes)
        return {};
    return memoryHoldersText(*processes, static_cast<std::uint32_t>(::getpid()), gpu->read().memoryUsed);
}

std::string memoryHoldersText(std::span<const GpuProcess> processes, std::uint32_t ownPid, std::optional<std::uint64_t> used)
{
    std::vector<GpuProcess> others;
    std::uint64_t named = 0, ownBytes = 0;
    for (const GpuProcess &process : processes) {
        named += process.bytes.value_or(0);
        if (process.pid == ownPid)
            ownBytes = process.bytes.value_or(0);
        else
            others.push_back(process);
    }
    std::string text;
    const std::size_t shown = std::min(others.size(), kNamed);
    for (std::size_t i = 0; i < shown; ++i) {
        const bool last = i + 1 == others.size();
        text += i == 0 ? "" : last ? " and " : ", ";
        text += fmt::format("{} {}{}", holderName(others[i]), i == 0 ? "holds " : "", heldText(others[i]));
    }
    if (others.size() > shown) {
        std::uint64_t rest = 0;
        for (std::size_t i = shown; i < others.size(); ++i)
            rest += others[i].bytes.value_or(0);
        text += fmt::format(" and {} more {}", others.size() - shown, formatBytes(rest));
    }
    if (!text.empty())
        text += ".";
    const bool allTold = std::all_of(processes.begin(), processes.end(), [](const GpuProcess &process) { return process.bytes.has_value(); });
    if (allTold && used && *used >= named + kUnnamedWorthTelling)
        text += fmt::format("{}{} {} held by programs the driver does not name.", text.empty() ? "" : " ", formatBytes(*used - named),
                            others.empty() ? "are" : "more are");
    else if (others.empty() && ownBytes > 0)
        text = "No other program holds memory of this GPU.";
    return text;
}

}  // namespace trainyard
