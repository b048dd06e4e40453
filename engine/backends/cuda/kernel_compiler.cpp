#include "engine/backends/cuda/kernel_compiler.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <cuda_runtime_api.h>  // CUDART_VERSION alone
#include <dlfcn.h>
#include <link.h>

namespace trainyard::cuda {

namespace {

// NVRTC's C interface, the same from CUDA 11.2 on; declared here, because the header is a package of its own.
using Program = struct NvrtcProgram *;
constexpr int kSuccess = 0;

// Folders of CUDA libraries this process has loaded; in Python's packages NVRTC has a folder beside theirs.
std::vector<std::filesystem::path> likelyFolders()
{
    std::vector<std::filesystem::path> folders;
    dl_iterate_phdr(
        [](dl_phdr_info *info, std::size_t, void *data) {
            const std::filesystem::path path(info->dlpi_name ? info->dlpi_name : "");
            const std::string file = path.filename().string();
            for (const char *name : {"libcudart.so", "libcublasLt.so", "libcudnn.so"})
                if (file.starts_with(name)) {
                    auto &found = *static_cast<std::vector<std::filesystem::path> *>(data);
                    found.push_back(path.parent_path());
                    found.push_back(path.parent_path() / "../../cuda_nvrtc/lib");
                }
            return 0;
        },
        &folders);
    return folders;
}

void *openLibrary(const std::string &name)
{
    for (const std::filesystem::path &folder : likelyFolders())
        if (void *library = dlopen((folder / name).c_str(), RTLD_NOW | RTLD_LOCAL))
            return library;
    return dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
}

}  // namespace

struct KernelCompiler::Library {
    int (*version)(int *, int *) = nullptr;
    int (*architectureCount)(int *) = nullptr;
    int (*architectures)(int *) = nullptr;
    int (*create)(Program *, const char *, const char *, int, const char *const *, const char *const *) = nullptr;
    int (*destroy)(Program *) = nullptr;
    int (*compile)(Program, int, const char *const *) = nullptr;
    int (*logSize)(Program, std::size_t *) = nullptr;
    int (*log)(Program, char *) = nullptr;
    int (*ptxSize)(Program, std::size_t *) = nullptr;
    int (*ptx)(Program, char *) = nullptr;
    int (*cubinSize)(Program, std::size_t *) = nullptr;
    int (*cubin)(Program, char *) = nullptr;

    bool load(void *handle)
    {
        const auto take = [&](auto &function, const char *name) {
            function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
            return function != nullptr;
        };
        return take(version, "nvrtcVersion") && take(architectureCount, "nvrtcGetNumSupportedArchs") && take(architectures, "nvrtcGetSupportedArchs")
               && take(create, "nvrtcCreateProgram") && take(destroy, "nvrtcDestroyProgram") && take(compile, "nvrtcCompileProgram")
               && take(logSize, "nvrtcGetProgramLogSize") && take(log, "nvrtcGetProgramLog") && take(ptxSize, "nvrtcGetPTXSize")
               && take(ptx, "nvrtcGetPTX") && take(cubinSize, "nvrtcGetCUBINSize") && take(cubin, "nvrtcGetCUBIN");
    }

    // One of the texts or images a program has, through its pair of functions.
    std::string fetch(Program program, int (*size)(Program, std::size_t *), int (*content)(Program, char *)) const
    {
        std::size_t bytes = 0;
        if (size(program, &bytes) != kSuccess)
            return {};
        std::string result(bytes, '\0');
        return content(program, result.data()) == kSuccess ? result : std::string();
    }
};

Result<const KernelCompiler *> KernelCompiler::find()
{
    static const Result<KernelCompiler> compiler = open();
    if (!compiler)
        return fail(compiler.error());
    return &*compiler;
}

Result<KernelCompiler> KernelCompiler::open()
{
    const std::string name = fmt::format("libnvrtc.so.{}", CUDART_VERSION / 1000);
    void *handle = openLibrary(name);
    if (!handle) {
        const char *reason = dlerror();
        return fail(Error{ErrorCode::Unsupported, fmt::format("The kernel compiler {} was not found.", name), {}, reason ? reason : ""});
    }
    static Library library;
    KernelCompiler compiler;
    int major = 0, minor = 0, count = 0;
    if (!library.load(handle) || library.version(&major, &minor) != kSuccess || library.architectureCount(&count) != kSuccess)
        return fail(ErrorCode::Unsupported, "The kernel compiler {} is not usable.", name);
    compiler.m_library = &library;
    compiler.m_version = fmt::format("{}.{}", major, minor);
    compiler.m_capabilities.resize(static_cast<std::size_t>(std::max(count, 0)));
    if (library.architectures(compiler.m_capabilities.data()) != kSuccess)
        compiler.m_capabilities.clear();
    std::sort(compiler.m_capabilities.begin(), compiler.m_capabilities.end());
    return compiler;
}

Result<std::string> KernelCompiler::architectureFor(int capability) const
{
    const auto above = std::upper_bound(m_capabilities.begin(), m_capabilities.end(), capability);
    if (above == m_capabilities.begin())
        return fail(ErrorCode::Unsupported, "The kernel compiler {} knows no card of compute capability {}.{}.", m_version, capability / 10,
                    capability % 10);
    return *(above - 1) == capability ? fmt::format("sm_{}", capability) : fmt::format("compute_{}", *(above - 1));
}

Result<std::string> KernelCompiler::compile(const std::string &source, const std::string &architecture) const
{
    Program program = nullptr;
    if (m_library->create(&program, source.c_str(), "trainyard.cu", 0, nullptr, nullptr) != kSuccess)
        return fail(ErrorCode::Internal, "The kernel compiler {} did not take a program.", m_version);
    const std::string option = "--gpu-architecture=" + architecture;
    const std::array options{option.c_str(), "--std=c++17"};
    const bool compiled = m_library->compile(program, static_cast<int>(options.size()), options.data()) == kSuccess;
    const bool machineCode = architecture.starts_with("sm_");
    std::string image;
    if (compiled)
        image = machineCode ? m_library->fetch(program, m_library->cubinSize, m_library->cubin) : m_library->fetch(program, m_library->ptxSize, m_library->ptx);
    const std::string log = m_library->fetch(program, m_library->logSize, m_library->log);
    m_library->destroy(&program);
    if (image.empty())
        return fail(Error{ErrorCode::Internal, fmt::format("The kernel compiler {} refused a program for {}.", m_version, architecture), {}, log});
    return image;
}

}  // namespace trainyard::cuda
