#include "engine/api/doctor.h"

#include <dlfcn.h>

#include <fmt/format.h>

#include "engine/backends/backend.h"
#include "engine/base/format.h"

namespace trainyard {

namespace {

// A shared library for as long as this lives; closed again behind us.
class Library {
public:
    explicit Library(const char *name) : m_handle(::dlopen(name, RTLD_LAZY | RTLD_LOCAL))
    {
        if (!m_handle)
            m_error = ::dlerror();
    }
    ~Library()
    {
        if (m_handle)
            ::dlclose(m_handle);
    }
    Library(const Library &) = delete;
    Library &operator=(const Library &) = delete;

    bool loaded() const { return m_handle != nullptr; }
    const std::string &error() const { return m_error; }
    template <typename Function>
    Function *find(const char *name) const
    {
        return m_handle ? reinterpret_cast<Function *>(::dlsym(m_handle, name)) : nullptr;
    }

private:
    void *m_handle;
    std::string m_error;
};

std::string versionText(int version)  // 13000 -> "13.0"
{
    return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

// NVML through hand-declared prototypes: its header is in no package.
void examineDriver(std::vector<Finding> &findings)
{
    const Library nvml("libnvidia-ml.so.1");
    if (!nvml.loaded()) {
        findings.push_back({"NVIDIA driver", false, nvml.error(), "With an NVIDIA GPU in this machine, install its driver. Without one, training runs on the CPU."});
        return;
    }
    auto *init = nvml.find<int()>("nvmlInit_v2");
    auto *shutdown = nvml.find<int()>("nvmlShutdown");
    auto *driverVersion = nvml.find<int(char *, unsigned)>("nvmlSystemGetDriverVersion");
    auto *count = nvml.find<int(unsigned *)>("nvmlDeviceGetCount_v2");
    auto *byIndex = nvml.find<int(unsigned, void **)>("nvmlDeviceGetHandleByIndex_v2");
    auto *deviceName = nvml.find<int(void *, char *, unsigned)>("nvmlDeviceGetName");
    if (!init || !shutdown || !driverVersion || !count || !byIndex || !deviceName) {
        findings.push_back({"NVIDIA driver", false, "libnvidia-ml.so.1 lacks functions this program needs.", "Install a current driver."});
        return;
    }
    if (const int status = init(); status != 0) {
        findings.push_back({"NVIDIA driver", false, fmt::format("NVML could not start (status {}).", status), "Check that the driver is loaded: nvidia-smi says more."});
        return;
    }
    char text[96] = "";
    if (driverVersion(text, sizeof text) == 0)
        findings.push_back({"NVIDIA driver", true, text, ""});
    unsigned devices = 0;
    if (count(&devices) != 0 || devices == 0)
        findings.push_back({"GPU", false, "The driver sees no GPU.", ""});
    for (unsigned i = 0; i < devices; ++i) {
        void *device = nullptr;
        if (byIndex(i, &device) == 0 && deviceName(device, text, sizeof text) == 0)
            findings.push_back({"GPU", true, fmt::format("cuda:{} {}", i, text), ""});
    }
    shutdown();
}

void examineLibrary(std::vector<Finding> &findings, const char *what, const char *file, const std::string &version,
                    const Library &library)
{
    if (library.loaded())
        findings.push_back({what, true, version.empty() ? file : version, ""});
    else
        findings.push_back({what, false, library.error(), ""});
}

void examineCuda(std::vector<Finding> &findings)
{
    const Library runtime("libcudart.so.13");
    std::string version;
    if (auto *get = runtime.find<int(int *)>("cudaRuntimeGetVersion")) {
        int number = 0;
        if (get(&number) == 0)
            version = versionText(number);
    }
    examineLibrary(findings, "CUDA runtime", "libcudart.so.13", version, runtime);

    const Library cudnn("libcudnn.so.9");
    version.clear();
    if (auto *get = cudnn.find<std::size_t()>("cudnnGetVersion")) {
        const std::size_t number = get();
        version = fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
    }
    examineLibrary(findings, "cuDNN", "libcudnn.so.9", version, cudnn);
}

}  // namespace

std::vector<Finding> examineMachine()
{
    std::vector<Finding> findings;
    for (const BackendReport &backend : findBackends()) {
        if (backend.device) {
            const DeviceInfo &device = *backend.device;
            findings.push_back({backend.id, true,
                                fmt::format("{}, {} threads, {}, {}", device.name, device.threads, device.library, device.instructionSet), ""});
            if (device.memoryTotal > 0)
                findings.push_back({"memory", true, fmt::format("{} free of {}", formatBytes(device.memoryFree), formatBytes(device.memoryTotal)), ""});
        } else {
            findings.push_back({backend.id, false, backend.reason, ""});
        }
    }
    examineDriver(findings);
    examineCuda(findings);
    return findings;
}

}  // namespace trainyard
