#include "engine/backends/backend.h"

#include "engine/backends/cpu/cpu_backend.h"

namespace trainyard {

std::vector<BackendReport> findBackends()
{
    BackendReport cpu{"cpu", true, {}, cpu::makeBackend()->device()};
    BackendReport cuda{"cuda", false, "This build has no CUDA backend.", std::nullopt};
    return {std::move(cpu), std::move(cuda)};
}

Result<std::unique_ptr<Backend>> openBackend(const std::string &deviceId)
{
    if (deviceId == "auto" || deviceId == "cpu" || deviceId.empty())
        return cpu::makeBackend();
    return fail(ErrorCode::NotFound, "There is no device {} here. The devices are: auto, cpu.", deviceId);
}

}  // namespace trainyard
