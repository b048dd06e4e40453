// NVIDIA GPUs as a backend: what is there, opening one, and planning for one that is described by a file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/backends/backend.h"

namespace trainyard::cuda {

// One report per device, or a single one with the reason that there is none. Makes no context on any device; any thread.
std::vector<BackendReport> findDevices();

// "cuda:1", or "cuda" for the first that can be used. Errors: NotFound with the reason.
Result<std::unique_ptr<Backend>> openDevice(const std::string &deviceId);

// See BackendModule::planFor. Errors: InvalidFile.
Result<std::unique_ptr<Backend>> planForDevice(const std::string &properties);

}  // namespace trainyard::cuda
