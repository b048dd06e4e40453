#include "engine/backends/module_loader.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include <dlfcn.h>

namespace trainyard {

namespace {

constexpr const char *kFileName = "libtrainyard_cuda.so";

std::vector<std::filesystem::path> modulePaths()
{
    std::error_code error;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    return {folder / kFileName, folder / "../lib/trainyard" / kFileName};
}

// "libcudnn.so.9: cannot open shared object file: ..." -> what to install.
std::string adviceFor(const std::string &path, const std::string &linkerMessage)
{
    if (linkerMessage.starts_with(path + ": cannot open"))
        return "TRAINYARD_CUDA_MODULE names it: correct or unset that variable.";
    if (linkerMessage.starts_with("libcudnn"))
        return "Install cuDNN 9 for CUDA 13, or put its folder into LD_LIBRARY_PATH.";
    if (linkerMessage.starts_with("libcuda") || linkerMessage.starts_with("libcublas") || linkerMessage.starts_with("libnvrtc"))
        return "Install the CUDA 13 runtime libraries, or put their folder into LD_LIBRARY_PATH.";
    return "Build Trainyard again with -DTRAINYARD_CUDA=ON.";
}

}  // namespace

LoadedModule loadModule(const std::string &path)
{
    // Never closed: CUDA's libraries do not survive being unloaded.
    void *handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const std::string message = ::dlerror();
        return {nullptr, "The CUDA module does not load: " + message + ".", adviceFor(path, message)};
    }
    auto *entry = reinterpret_cast<BackendModuleEntry *>(::dlsym(handle, kBackendModuleEntry));
    const BackendModule *module = entry ? entry() : nullptr;
    if (!module || module->abi != kBackendModuleAbi || std::strcmp(module->build, TRAINYARD_BUILD) != 0)
        return {nullptr, "The CUDA module at " + path + " belongs to another build of Trainyard.", "Install the module of this version."};
    return {module, {}, {}};
}

const LoadedModule &cudaModule()
{
    static const LoadedModule loaded = [] {
        if (const char *path = std::getenv("TRAINYARD_CUDA_MODULE"); path && *path)
            return loadModule(path);
        std::error_code error;
        for (const auto &path : modulePaths())
            if (std::filesystem::exists(path, error))
                return loadModule(path.string());
        return LoadedModule{nullptr, "This build has no CUDA module.", "Build Trainyard where CUDA 13 and cuDNN 9 are installed, with -DTRAINYARD_CUDA=ON."};
    }();
    return loaded;
}

}  // namespace trainyard
