#include "engine/backends/backend.h"

#include "engine/backends/cpu/cpu_backend.h"
#include "engine/backends/module_loader.h"

namespace trainyard {

std::vector<BackendReport> findBackends()
{
    std::vector<BackendReport> reports{{"cpu", true, {}, {}, cpu::makeBackend()->device()}};
    const LoadedModule &cuda = cudaModule();
    if (!cuda.module) {
        reports.push_back({"cuda", false, cuda.reason, cuda.advice, std::nullopt});
        return reports;
    }
    for (BackendReport &report : cuda.module->find())
        reports.push_back(std::move(report));
    return reports;
}

Result<std::unique_ptr<Backend>> openBackend(const std::string &deviceId)
{
    if (deviceId == "cpu")
        return cpu::makeBackend();
    const bool any = deviceId == "auto" || deviceId.empty();
    if (!any && !deviceId.starts_with("cuda"))
        return fail(ErrorCode::NotFound, "There is no device {}. The devices are: auto, cpu, cuda:0, cuda:1 and so on.", deviceId);
    const LoadedModule &cuda = cudaModule();
    Result<std::unique_ptr<Backend>> opened =
        cuda.module ? cuda.module->open(any ? "cuda" : deviceId)
                    : fail(ErrorCode::NotFound, "There is no device {} here: {} {}", deviceId, cuda.reason, cuda.advice);
    if (!opened && any)
        return cpu::makeBackend();
    return opened;
}

Result<std::unique_ptr<Backend>> planningBackend(const std::string &properties)
{
    const LoadedModule &cuda = cudaModule();
    if (!cuda.module)
        return fail(ErrorCode::NotFound, "Plans for a GPU need the CUDA module: {} {}", cuda.reason, cuda.advice);
    return cuda.module->planFor(properties);
}

}  // namespace trainyard
