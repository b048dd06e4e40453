// Taking the device: the streams and libraries, the memory, and the steps bound to their addresses.
#include <algorithm>

#include "engine/backends/cuda/choice_cache.h"
#include "engine/backends/cuda/cuda_executable.h"
#include "engine/base/format.h"

namespace trainyard::cuda {

namespace {

// The driver takes some memory itself after the arena is there: captured graphs and kernels loaded at their first start.
constexpr std::uint64_t kDriverReserve = 64ull << 20;

}  // namespace

Status CudaExecutable::allocate()
{
    if (!m_target.device)
        return fail(ErrorCode::Unsupported, "This was planned for a {} that is not in this machine. It can be looked at, but not run.",
                    m_target.properties.name);
    release();
    Status status = acquire();
    if (!status && m_session)
        status = m_session->failed(std::move(status.error()));
    if (!status)
        release();
    return status;
}

Status CudaExecutable::acquire()
{
    TRAINYARD_TRY(m_session, DeviceSession::open(*m_target.device));
    TRAINYARD_TRY(const std::uint64_t freeBytes, m_session->freeBytes());
    TRAINYARD_CHECK(fitData(freeBytes));
    TRAINYARD_CHECK(takeMemory(freeBytes));
    TRAINYARD_CHECK(placeValues());
    TRAINYARD_CHECK(m_clock.create());
    if (m_dataPlan.placement == DataPlacement::Streamed) {
        TRAINYARD_TRY(m_stream, BatchStream::create(*m_session, *m_data, kStepsInFlight));
    }
    return bindSteps();
}

MemoryDemand CudaExecutable::demand() const
{
    return {m_target.properties.name, m_arenaBytes, m_dataPlan.bytes, 0, m_settings.memoryLimit};
}

// The plan counted on an empty card. What others have taken since may mean that the data set has to be streamed.
Status CudaExecutable::fitData(std::uint64_t freeBytes)
{
    const std::uint64_t usable = freeBytes > kDriverReserve ? freeBytes - kDriverReserve : 0;
    const std::uint64_t budget = m_settings.memoryLimit > 0 ? std::min(m_settings.memoryLimit, usable) : usable;
    if (m_dataPlan.placement == DataPlacement::Resident && m_arenaBytes + m_dataPlan.bytes > budget) {
        DataPlan fitting = chooseData(programs(), m_arenaBytes, budget);
        if (fitting.placement == DataPlacement::Streamed) {
            m_notes.push_back(fmt::format("The data set ({}) does not fit beside the network ({}) into the {} that can be used, so its "
                                          "batches are copied during training.",
                                          formatBytes(m_dataPlan.bytes), formatBytes(m_arenaBytes), formatBytes(budget)));
            m_dataPlan = std::move(fitting);
        }
    }
    const std::uint64_t asked = m_arenaBytes + m_dataPlan.bytes;
    if ((m_settings.memoryLimit > 0 && asked > m_settings.memoryLimit) || asked > freeBytes) {
        MemoryDemand demand = this->demand();
        demand.freeBytes = freeBytes;
        return fail(outOfMemory(demand, m_programs.front().program, m_programs.front().plan));
    }
    return {};
}

Status CudaExecutable::takeMemory(std::uint64_t freeBytes)
{
    const auto take = [&](DeviceBlock &block, std::uint64_t bytes) -> Status {
        auto taken = takeDeviceMemory(bytes);
        if (!taken && taken.error().code == ErrorCode::OutOfMemory) {
            MemoryDemand demand = this->demand();
            demand.freeBytes = freeBytes;
            return fail(outOfMemory(demand, m_programs.front().program, m_programs.front().plan));
        }
        if (!taken)
            return fail(std::move(taken.error()));
        block = std::move(*taken);
        return {};
    };
    const bool reserved = m_settings.reserveMemory && m_settings.memoryLimit > 0;
    std::byte *data = nullptr;
    if (reserved) {
        TRAINYARD_CHECK(take(m_arena, m_settings.memoryLimit));
        data = m_arena.get() + m_arenaBytes;
    } else {
        TRAINYARD_CHECK(take(m_arena, m_arenaBytes));
        TRAINYARD_CHECK(take(m_dataBlock, m_dataPlan.bytes));
        data = m_dataBlock.get();
    }
    m_data.emplace(m_dataPlan, data);
    TRAINYARD_CHECK(take(m_looseScalars, kArenaAlignment * m_programs.size()));
    std::uint64_t slotBytes = sizeof(StepScalars);
    for (const CompiledProgram &compiled : m_programs)
        slotBytes = std::max(slotBytes, rowsAndScalarsBytes(compiled.program.batchSize));
    return m_ring.create(slotBytes);
}

Status CudaExecutable::placeValues()
{
    for (std::size_t p = 0; p < m_programs.size(); ++p) {
        CompiledProgram &compiled = m_programs[p];
        const Program &program = compiled.program;
        compiled.values.assign(program.list.values.size(), nullptr);
        for (std::size_t i = 0; i < compiled.values.size(); ++i) {
            if (program.list.values[i].role == Role::Dataset)
                compiled.values[i] = m_data->planned({p, static_cast<ValueId>(i)});
            else if (compiled.plan.values[i].bytes > 0)
                compiled.values[i] = m_arena.get() + compiled.plan.values[i].offset;
        }
        for (std::size_t i = 0; i < compiled.steps.size(); ++i)
            compiled.steps[i].scratch = compiled.plan.scratch[i].bytes > 0 ? m_arena.get() + compiled.plan.scratch[i].offset : nullptr;
        const std::byte *scalars = program.indices != kNoValue
                                       ? compiled.values[static_cast<std::size_t>(program.indices)] + scalarsOffset(program.batchSize)
                                       : m_looseScalars.get() + p * kArenaAlignment;
        compiled.scalars = reinterpret_cast<const StepScalars *>(scalars);
    }
    return {};
}

// Before and after binding, the arena is zero: steps that time their candidates leave results behind.
Status CudaExecutable::bindSteps()
{
    const cudaStream_t compute = m_session->compute();
    const auto zero = [&]() -> Status {
        TRAINYARD_CHECK(check(cudaMemsetAsync(m_arena.get(), 0, m_arenaBytes, compute), "clear the run's memory"));
        return check(cudaStreamSynchronize(compute), "clear the run's memory");
    };
    TRAINYARD_CHECK(zero());
    for (CompiledProgram &compiled : m_programs) {
        for (std::size_t i = 0; i < compiled.steps.size(); ++i) {
            if (!compiled.steps[i].step)
                continue;
            if (Status status = compiled.steps[i].step->bind(compiled.memory(i), m_session->libraries()); !status)
                return fail(inOp(compiled.program, i, std::move(status.error())));
        }
        m_runners.emplace_back(compiled, m_notes);
    }
    if (m_settings.autotune)
        saveCachedChoices(m_target.properties);
    return zero();
}

void CudaExecutable::release(bool forever)
{
    if (!m_session)
        return;
    // Whatever state the device is in: what is queued must not outlive its memory.
    cudaSetDevice(m_session->device());
    cudaStreamSynchronize(m_session->gather());
    cudaStreamSynchronize(m_session->copy());
    cudaStreamSynchronize(m_session->compute());
    cudaGetLastError();
    m_runners.clear();
    m_clock = {};
    m_metrics = {};
    m_ring = {};
    m_stream.reset();
    m_data.reset();
    m_looseScalars.reset();
    m_dataBlock.reset();
    m_arena.reset();
    for (CompiledProgram &compiled : m_programs) {
        std::ranges::fill(compiled.values, nullptr);
        compiled.scalars = nullptr;
        if (forever)
            compiled.steps.clear();  // they hold plans of the session's libraries
    }
    m_session.reset();
}

}  // namespace trainyard::cuda
