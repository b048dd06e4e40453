#include "engine/telemetry/nvml.h"

#include <strings.h>

#include <array>
#include <cstdlib>
#include <mutex>

namespace trainyard {

namespace {

constexpr const char *kLibrary = "libnvidia-ml.so.1";

tl::unexpected<Error> failedStart(nvml::Return status)
{
    switch (status) {
    case nvml::kDriverNotLoaded:
        return fail(ErrorCode::NotFound, "The NVIDIA driver is installed but not loaded. Restart the machine; if that does not help, install the driver anew.");
    case nvml::kLibraryDriverMismatch:
        return fail(ErrorCode::Unsupported, "The NVIDIA driver was updated while it was in use: its library and the part in the kernel do not fit. Restart the machine.");
    case nvml::kNoPermission:
        return fail(ErrorCode::Internal, "The NVIDIA driver may not be used by this user. Check the permissions of /dev/nvidiactl.");
    default:
        return fail(ErrorCode::Internal, "The NVIDIA driver does not start (NVML status {}). nvidia-smi says more.", status);
    }
}

}  // namespace

Result<std::shared_ptr<Nvml>> Nvml::open(std::string library)
{
    if (const char *chosen = std::getenv("TRAINYARD_NVML"); library.empty())
        library = chosen && *chosen ? chosen : kLibrary;

    static std::mutex mutex;
    static std::weak_ptr<Nvml> current;
    const std::lock_guard lock(mutex);
    if (auto session = current.lock(); session && session->m_path == library)
        return session;

    void *handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (!handle)
        return fail(Error{ErrorCode::NotFound, "There is no NVIDIA driver on this machine.", {}, ::dlerror()});
    std::shared_ptr<Nvml> session(new Nvml(library, handle));
    const nvml::Functions &functions = session->m_functions;
    for (const bool found : {functions.init.found(), functions.shutdown.found(), functions.deviceCount.found(), functions.deviceByIndex.found()}) {
        if (!found)
            return fail(ErrorCode::Unsupported, "The NVIDIA driver is too old to be asked about its GPUs. Install a current driver.");
    }
    if (const nvml::Return status = functions.init(); status != nvml::kSuccess)
        return failedStart(status);
    session->m_started = true;
    current = session;
    return session;
}

Nvml::~Nvml()
{
    if (m_started)  // the library counts starts and ends
        m_functions.shutdown();
    ::dlclose(m_functions.library);
}

DriverFacts Nvml::driver() const
{
    DriverFacts facts;
    std::array<char, nvml::kDriverVersionBuffer> version{};
    if (m_functions.driverVersion(version.data(), version.size()) == nvml::kSuccess)
        facts.version = version.data();
    if (int cuda = 0; m_functions.cudaVersion(&cuda) == nvml::kSuccess)
        facts.cudaVersion = cuda;
    if (unsigned count = 0; m_functions.deviceCount(&count) == nvml::kSuccess)
        facts.gpus = count;
    return facts;
}

std::vector<NvmlGpu> Nvml::gpus() const
{
    std::vector<NvmlGpu> gpus;
    unsigned count = 0;
    if (m_functions.deviceCount(&count) != nvml::kSuccess)
        return gpus;
    for (unsigned index = 0; index < count; ++index) {
        nvml::Device device = nullptr;
        if (m_functions.deviceByIndex(index, &device) == nvml::kSuccess && device)
            gpus.emplace_back(shared_from_this(), device, index);
    }
    return gpus;
}

std::optional<NvmlGpu> Nvml::gpu(std::string_view uuid) const
{
    if (uuid.empty())
        return std::nullopt;
    for (NvmlGpu &gpu : gpus())
        if (::strcasecmp(gpu.uuid().c_str(), std::string(uuid).c_str()) == 0)
            return std::move(gpu);
    return std::nullopt;
}

std::optional<NvmlGpu> findGpu(std::string_view uuid)
{
    if (uuid.empty())
        return std::nullopt;
    const auto session = Nvml::open();
    return session ? (*session)->gpu(uuid) : std::nullopt;
}

}  // namespace trainyard
