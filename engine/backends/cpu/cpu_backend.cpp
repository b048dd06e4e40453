#include "engine/backends/cpu/cpu_backend.h"

#include "engine/backends/cpu/cpu_executable.h"
#include "engine/backends/cpu/machine.h"

namespace trainyard::cpu {

namespace {

class CpuBackend : public Backend {
public:
    DeviceInfo device() const override
    {
        DeviceInfo info{"cpu", processorName(), libraryName(), instructionSetName(), physicalCores(), totalMemory(), availableMemory()};
        info.lowPrecision = true;
        info.bfloat16Products = hasBfloat16Products();
        return info;
    }

    Result<std::unique_ptr<Executable>> compile(std::span<const Program *const> programs, const DeviceSettings &settings) override
    {
        if (!settings.instructionSet.empty() && settings.instructionSet != instructionSetName())
            return fail(ErrorCode::Unsupported,
                        "The run was made with the instructions {}, this machine has {}: its numbers would not be the same to the bit. "
                        "Set DNNL_MAX_CPU_ISA, or start a new run.",
                        settings.instructionSet, instructionSetName());
        TRAINYARD_TRY(auto executable, CpuExecutable::compile(programs, settings.threads > 0 ? settings.threads : physicalCores()));
        return executable;
    }
};

}  // namespace

std::unique_ptr<Backend> makeBackend()
{
    return std::make_unique<CpuBackend>();
}

}  // namespace trainyard::cpu
