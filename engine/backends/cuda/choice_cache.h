// Kernel choices that were timed on this machine, kept for later runs in the user's cache folder, one file per card:
// $XDG_CACHE_HOME/trainyard/kernels-NVIDIA_H200-9.0.json, or ~/.cache/... Signatures name the library's version, so what
// an older library chose is not found. A file that cannot be read or written is no error: the timing is done again.
// Any thread.
#pragma once

#include <optional>
#include <string>

#include "engine/backends/cuda/device_properties.h"

namespace trainyard::cuda {

std::optional<std::string> cachedChoice(const DeviceProperties &device, const std::string &signature);
void cacheChoice(const DeviceProperties &device, const std::string &signature, const std::string &choice);

// Writes what cacheChoice() has brought since the last time; nothing without news.
void saveCachedChoices(const DeviceProperties &device);

}  // namespace trainyard::cuda
