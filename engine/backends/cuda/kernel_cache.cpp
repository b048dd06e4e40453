#include "engine/backends/cuda/kernel_cache.h"

#include <array>
#include <filesystem>
#include <map>
#include <mutex>

#include "engine/backends/cuda/cache_folder.h"
#include "engine/base/file.h"

namespace trainyard::cuda {

namespace {

constexpr std::string_view kMagic = "trainyard kernel 1\n";

std::mutex kernelsMutex;

std::map<std::string, std::string> &kernels()
{
    static std::map<std::string, std::string> all;
    return all;
}

// FNV-1a
std::uint64_t hashOf(std::string_view text)
{
    std::uint64_t hash = 14695981039346656037u;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return hash;
}

std::filesystem::path fileOf(const std::string &key)
{
    const std::filesystem::path folder = cacheFolder();
    return folder.empty() ? folder : folder / "kernels" / fmt::format("{:016x}.bin", hashOf(key));
}

// What stands before the kernel itself.
std::string headOf(const std::string &key, std::string_view image)
{
    return fmt::format("{}{} {} {:016x}\n{}", kMagic, key.size(), image.size(), hashOf(image), key);
}

}  // namespace

std::optional<std::string> cachedKernel(const std::string &key)
{
    const std::lock_guard lock(kernelsMutex);
    if (const auto found = kernels().find(key); found != kernels().end())
        return found->second;
    const std::filesystem::path path = fileOf(key);
    if (path.empty())
        return std::nullopt;
    const auto content = readFile(path);
    if (!content)
        return std::nullopt;
    // The head is made anew from what should be there: a different key, length or content does not begin so.
    const std::size_t keyAt = content->find(key);
    if (keyAt == std::string::npos)
        return std::nullopt;
    const std::string_view image = std::string_view(*content).substr(keyAt + key.size());
    if (image.empty() || !content->starts_with(headOf(key, image)))
        return std::nullopt;
    return kernels()[key] = std::string(image);
}

void cacheKernel(const std::string &key, const std::string &image)
{
    const std::lock_guard lock(kernelsMutex);
    kernels()[key] = image;
    const std::filesystem::path path = fileOf(key);
    if (path.empty() || !makeFolder(path.parent_path()))
        return;
    const std::string head = headOf(key, image);
    const std::array<std::string_view, 2> pieces{head, image};
    (void)writeFileAtomically(path, pieces);
}

void forgetCachedKernels()
{
    const std::lock_guard lock(kernelsMutex);
    kernels().clear();
}

}  // namespace trainyard::cuda
