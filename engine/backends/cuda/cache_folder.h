// Where this machine's findings are kept for later runs: $XDG_CACHE_HOME/trainyard, else ~/.cache/trainyard. Empty where
// neither variable is set: nothing is kept then.
#pragma once

#include <filesystem>

namespace trainyard::cuda {

std::filesystem::path cacheFolder();

}  // namespace trainyard::cuda
