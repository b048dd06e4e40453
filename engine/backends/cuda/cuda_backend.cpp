#include "engine/backends/cuda/cuda_backend.h"

#include "engine/backends/cuda/cuda_executable.h"
#include "engine/backends/cuda/installation.h"

namespace trainyard::cuda {

namespace {

constexpr int kLeastCapability = 75;  // the oldest architecture that nvcc 13 compiles for

class CudaBackend : public Backend {
public:
    explicit CudaBackend(Target target) : m_target(std::move(target)) {}

    DeviceInfo device() const override
    {
        const DeviceProperties &properties = m_target.properties;
        DeviceInfo info;
        info.id = m_target.device ? fmt::format("cuda:{}", *m_target.device) : "cuda";
        info.name = properties.name;
        info.library = libraryVersions();
        info.instructionSet = fmt::format("compute capability {}", properties.capabilityText());
        info.memoryTotal = properties.memoryBytes;
        info.memoryFree = m_target.device ? DeviceSession::freeBytesIfOpen(*m_target.device) : properties.memoryBytes;
        info.driver = m_target.device ? driverVersion() : std::string();
        info.uuid = properties.uuid;
        info.lowPrecision = properties.bfloat16();
        info.prefersFusion = true;
        return info;
    }

    Result<std::unique_ptr<Executable>> compile(std::span<const Program *const> programs, const DeviceSettings &settings) override
    {
        TRAINYARD_TRY(auto executable, CudaExecutable::compile(programs, m_target, settings));
        return executable;
    }

private:
    Target m_target;
};

BackendReport unavailable(std::string id, Finding finding)
{
    return {std::move(id), false, std::move(finding.reason), std::move(finding.advice), std::nullopt};
}

BackendReport reportOf(int device)
{
    const std::string id = fmt::format("cuda:{}", device);
    auto properties = readDeviceProperties(device);
    if (!properties)
        return unavailable(id, {properties.error().message, "Look into the kernel's log for messages of the driver (dmesg)."});
    const bool usable = properties->capability() >= kLeastCapability;
    BackendReport report{id, usable, {}, {}, CudaBackend({*properties, device}).device()};
    if (!usable) {
        report.reason = fmt::format("The {} has compute capability {}, this build needs 7.5 or higher.", properties->name, properties->capabilityText());
        report.advice = "Use a card of the Turing generation or newer (GeForce RTX 20, Tesla T4), or train on the CPU.";
    }
    return report;
}

}  // namespace

std::vector<BackendReport> findDevices()
{
    if (auto finding = missingInstallation())
        return {unavailable("cuda", std::move(*finding))};
    int count = 0;
    if (const cudaError_t status = cudaGetDeviceCount(&count); status != cudaSuccess || count == 0) {
        cudaGetLastError();
        return {unavailable("cuda", noDevice(status))};
    }
    std::vector<BackendReport> reports;
    for (int device = 0; device < count; ++device)
        reports.push_back(reportOf(device));
    return reports;
}

Result<std::unique_ptr<Backend>> openDevice(const std::string &deviceId)
{
    const std::vector<BackendReport> reports = findDevices();
    const BackendReport *refused = nullptr;
    for (const BackendReport &report : reports) {
        if (deviceId != "cuda" && deviceId != report.id && report.id != "cuda")
            continue;
        if (!report.available) {
            refused = refused ? refused : &report;
            continue;
        }
        const int device = std::stoi(report.id.substr(std::string("cuda:").size()));
        TRAINYARD_TRY(DeviceProperties properties, readDeviceProperties(device));
        return std::make_unique<CudaBackend>(Target{std::move(properties), device});
    }
    if (refused)
        return fail(ErrorCode::NotFound, "{} cannot be used: {} {}", deviceId, refused->reason, refused->advice);
    return fail(ErrorCode::NotFound, "There is no device {}. This machine has {} CUDA device{}.", deviceId, reports.size(),
                reports.size() == 1 ? "" : "s");
}

Result<std::unique_ptr<Backend>> planForDevice(const std::string &text)
{
    TRAINYARD_TRY(DeviceProperties properties, parseDeviceProperties(text));
    return std::make_unique<CudaBackend>(Target{std::move(properties), std::nullopt});
}

}  // namespace trainyard::cuda
