// From programs, whatever devices their layers are placed on, to something that runs.
#pragma once

#include <functional>

#include "engine/backends/backend.h"

namespace trainyard {

using OpenBackend = std::function<Result<std::unique_ptr<Backend>>(const std::string &deviceId)>;

// Compiles programs for a run on `run`: a network that is all on the run's device is compiled by its backend and nothing
// else happens. Other devices are opened with `open` and kept by the executable; `run` must outlive it as always.
// Errors: those of open() and compile(), with the name of a layer placed there.
Result<std::unique_ptr<Executable>> compilePlaced(std::span<const Program *const> programs, Backend &run,
                                                  const DeviceSettings &settings, const OpenBackend &open = openBackend);

}  // namespace trainyard
