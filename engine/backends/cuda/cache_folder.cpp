#include "engine/backends/cuda/cache_folder.h"

#include <cstdlib>

namespace trainyard::cuda {

std::filesystem::path cacheFolder()
{
    if (const char *cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
        return std::filesystem::path(cache) / "trainyard";
    if (const char *home = std::getenv("HOME"); home && *home)
        return std::filesystem::path(home) / ".cache" / "trainyard";
    return {};
}

}  // namespace trainyard::cuda
