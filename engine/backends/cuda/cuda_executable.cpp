// Compiling, and the calls between steps. What a step does is in cuda_executable_run.cpp, taking the device in
// cuda_executable_allocate.cpp.
#include "engine/backends/cuda/cuda_executable.h"

#include <algorithm>
#include <cstring>

#include "engine/backends/cuda/guarded.h"
#include "engine/backends/cuda/layouts.h"

namespace trainyard::cuda {

namespace {

// What a card has free when nothing else runs on it: the display and the context take their part.
constexpr double kUsableShare = 0.9;

}  // namespace

Result<std::unique_ptr<CudaExecutable>> CudaExecutable::compile(std::span<const Program *const> programs, const Target &target,
                                                                const DeviceSettings &settings)
{
    std::unique_ptr<CudaExecutable> executable(new CudaExecutable(target, settings));
    executable->m_choices = settings.choices;
    executable->m_programs.resize(programs.size());
    std::vector<std::vector<ValueLayout>> layouts = chooseLayouts(programs);
    std::vector<StorageNeeds> needs;
    for (std::size_t p = 0; p < programs.size(); ++p) {
        CompiledProgram &compiled = executable->m_programs[p];
        compiled.program = *programs[p];
        compiled.layouts = std::move(layouts[p]);
        TRAINYARD_TRY(StorageNeeds need, makeSteps(compiled, executable->m_target.properties, executable->m_settings,
                                                   executable->m_choices, executable->m_notes));
        needs.push_back(std::move(need));
        executable->m_rows.emplace_back(static_cast<std::size_t>(std::max<std::int64_t>(compiled.program.batchSize, 0)), 0);
    }
    const std::vector<const Program *> own = executable->programs();
    auto plans = planMemory(own, needs);
    for (std::size_t p = 0; p < programs.size(); ++p)
        executable->m_programs[p].plan = std::move(plans[p]);
    executable->m_arenaBytes = executable->m_programs.empty() ? 0 : executable->m_programs.front().plan.arenaBytes();
    const auto usable = static_cast<std::uint64_t>(kUsableShare * static_cast<double>(target.properties.memoryBytes));
    executable->m_dataPlan = chooseData(own, executable->m_arenaBytes, settings.memoryLimit > 0 ? settings.memoryLimit : usable);
    return executable;
}

CudaExecutable::~CudaExecutable()
{
    release(true);
}

std::vector<const Program *> CudaExecutable::programs() const
{
    std::vector<const Program *> programs;
    for (const CompiledProgram &compiled : m_programs)
        programs.push_back(&compiled.program);
    return programs;
}

Status CudaExecutable::bind(std::size_t program, ValueId value, std::span<const std::byte> data)
{
    return guarded([&]() -> Status {
        CompiledProgram &compiled = m_programs[program];
        TRAINYARD_TRY(std::byte *const address, m_data->bind({program, value}, data, m_session->compute()));
        std::byte *&known = compiled.values[static_cast<std::size_t>(value)];
        if (address != known) {
            // A captured step holds the address it was captured with, and may still be running.
            TRAINYARD_CHECK(check(cudaStreamSynchronize(m_session->compute()), "finish the steps before"));
            m_runners[program].forgetGraphs();
            known = address;
        }
        return {};
    });
}

void CudaExecutable::setIndices(std::size_t program, std::span<const std::int32_t> rows)
{
    std::copy_n(rows.begin(), std::min(rows.size(), m_rows[program].size()), m_rows[program].begin());
}

Status CudaExecutable::finish()
{
    return guarded([&]() -> Status { return check(cudaStreamSynchronize(m_session->compute()), "finish the steps"); });
}

Status CudaExecutable::requestMetrics(std::size_t program, std::int64_t tag)
{
    return guarded([&] { return m_metrics.request(m_programs[program], tag, m_session->compute()); });
}

Result<std::optional<MetricSums>> CudaExecutable::takeMetrics(bool wait)
{
    return guarded([&] { return m_metrics.take(wait); });
}

Status CudaExecutable::read(std::size_t program, ValueId value, std::span<std::byte> out)
{
    return guarded([&]() -> Status {
        const CompiledProgram &compiled = m_programs[program];
        if (value == compiled.program.indices) {
            std::memcpy(out.data(), m_rows[program].data(), std::min(out.size(), m_rows[program].size() * sizeof(std::int32_t)));
            return {};
        }
        const std::byte *source = compiled.values[static_cast<std::size_t>(value)];
        if (!source)
            return fail(ErrorCode::InvalidArgument, "Value {} is not in memory.", value);
        const TensorType &type = compiled.program.list.value(value).type;
        const bool filter = compiled.layouts[static_cast<std::size_t>(value)] == ValueLayout::FilterKrsc && out.size() == type.bytes();
        std::vector<std::byte> stored(filter ? out.size() : 0);
        std::byte *target = filter ? stored.data() : out.data();
        TRAINYARD_CHECK(check(cudaMemcpyAsync(target, source, out.size(), cudaMemcpyDeviceToHost, m_session->compute()), "read a tensor"));
        TRAINYARD_CHECK(check(cudaStreamSynchronize(m_session->compute()), "finish the steps before"));
        if (filter)
            krscToHwio(type.shape, dtypeBytes(type.dtype), stored, out);
        return {};
    });
}

Status CudaExecutable::write(std::size_t program, ValueId value, std::span<const std::byte> in)
{
    return guarded([&]() -> Status {
        const CompiledProgram &compiled = m_programs[program];
        if (value == compiled.program.indices) {
            std::memcpy(m_rows[program].data(), in.data(), std::min(in.size(), m_rows[program].size() * sizeof(std::int32_t)));
            return {};
        }
        std::byte *target = compiled.values[static_cast<std::size_t>(value)];
        if (!target)
            return fail(ErrorCode::InvalidArgument, "Value {} is not in memory.", value);
        const TensorType &type = compiled.program.list.value(value).type;
        std::vector<std::byte> stored;
        if (compiled.layouts[static_cast<std::size_t>(value)] == ValueLayout::FilterKrsc && in.size() == type.bytes()) {
            stored.resize(in.size());
            hwioToKrsc(type.shape, dtypeBytes(type.dtype), in, stored);
            in = stored;
        }
        TRAINYARD_CHECK(check(cudaMemcpyAsync(target, in.data(), in.size(), cudaMemcpyHostToDevice, m_session->compute()), "write a tensor"));
        return check(cudaStreamSynchronize(m_session->compute()), "finish the steps before");
    });
}

std::span<const double> CudaExecutable::opSeconds(std::size_t program) const
{
    return m_profiling && program < m_runners.size() ? m_runners[program].opSeconds() : std::span<const double>{};
}

std::optional<StepTimes> CudaExecutable::takeStepTimes()
{
    if (!m_session || !m_session->use())
        return std::nullopt;
    return m_clock.take();
}

}  // namespace trainyard::cuda
