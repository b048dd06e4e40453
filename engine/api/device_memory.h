// What a GPU's memory goes to besides arena and data: what CUDA and its libraries take in this process, measured in runs
// and remembered per machine, and what other programs hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "engine/backends/backend.h"
#include "engine/telemetry/gpu_reading.h"

namespace trainyard {

// $XDG_DATA_HOME/trainyard/device-memory.json, or below ~/.local/share.
std::filesystem::path learnedMemoryFile();

// The overhead belongs to this GPU with this driver and these libraries.
struct DeviceIdentity {
    std::string uuid, driver, library;
    bool operator==(const DeviceIdentity &) const = default;
};
inline DeviceIdentity identityOf(const DeviceInfo &device)
{
    return {device.uuid, device.driver, device.library};
}

// The median of the last measurements, in bytes. Empty: never measured here, or the GPU has no uuid. Reads a small file.
std::optional<std::uint64_t> learnedOverhead(const DeviceIdentity &device, const std::filesystem::path &file = learnedMemoryFile());
// Adds a measurement. A damaged file is begun anew. Errors: Io, InvalidArgument without a uuid.
Status learnOverhead(const DeviceIdentity &device, std::uint64_t bytes, const std::filesystem::path &file = learnedMemoryFile());

// A GPU's memory at this moment, in bytes; absent: the driver does not tell. Asks the driver, so not on the UI thread.
struct DeviceMemoryNow {
    std::optional<std::uint64_t> free;
    std::optional<std::uint64_t> own;  // what this process holds; absent, too, where it holds nothing
};
DeviceMemoryNow deviceMemoryNow(const std::string &uuid);

// Who else holds memory of the GPU, in one or two full sentences: "python (pid 812) holds 61.2 GB, and process 90 310 MB."
// Empty: the driver does not tell. Asks the driver, so not on the UI thread.
std::string memoryHoldersText(const std::string &uuid);
// The same from a list that was read; used: bytes held by all programs.
std::string memoryHoldersText(std::span<const GpuProcess> processes, std::uint32_t ownPid, std::optional<std::uint64_t> used);

}  // namespace trainyard
