// One step: its rows and scalars into a pinned slot and on to the device, then the program's ops.
#include <algorithm>
#include <cstring>

#include "engine/backends/cuda/cuda_executable.h"
#include "engine/backends/cuda/guarded.h"

namespace trainyard::cuda {

Status CudaExecutable::run(std::size_t program, const StepScalars &scalars)
{
    return guarded([&] { return runStep(program, scalars, nullptr); });
}

Status CudaExecutable::runOpByOp(std::size_t program, const StepScalars &scalars, const LookAtOp &look)
{
    return guarded([&] { return runStep(program, scalars, &look); });
}

Status CudaExecutable::runStep(std::size_t program, const StepScalars &scalars, const LookAtOp *look)
{
    const cudaStream_t compute = m_session->compute();
    const Program &plain = m_programs[program].program;
    ProgramRunner &runner = m_runners[program];
    const std::uint64_t turn = m_turn++;
    const std::uint64_t run = program == 0 ? m_firstRuns++ : 0;
    const bool measured = program == 0 && !m_profiling && !look && m_clock.measures(run);
    TRAINYARD_TRY(const std::size_t slot, m_ring.next());
    if (measured)
        TRAINYARD_CHECK(m_clock.begin(scalars.step, turn, m_stream != nullptr, plain.mode == Mode::Train, runner.captured(true), compute));
    TRAINYARD_CHECK(sendRows(program, scalars, slot, measured));
    if (look) {
        TRAINYARD_CHECK(runner.opByOp(compute, *look));
    } else if (m_profiling) {
        TRAINYARD_CHECK(runner.profile(compute));
    } else {
        const PhaseMarks marks = m_clock.phases();
        TRAINYARD_CHECK(runner.enqueue(compute, measured ? &marks : nullptr));
    }
    if (measured)
        TRAINYARD_CHECK(m_clock.end(compute));
    if (m_stream)
        TRAINYARD_CHECK(m_stream->stepQueued());
    if (program == 0 && !m_profiling && !look && m_clock.precedes(run))
        TRAINYARD_CHECK(m_clock.endedBefore(turn, compute));
    return m_ring.queued(slot, compute);
}

Status CudaExecutable::sendRows(std::size_t program, const StepScalars &scalars, std::size_t slot, bool measured)
{
    const cudaStream_t compute = m_session->compute();
    const CompiledProgram &compiled = m_programs[program];
    const ValueId indices = compiled.program.indices;
    const bool gathers = indices != kNoValue;
    const ValueId features = compiled.program.features;
    // Samples that the host has written are in the arena already.
    const bool ownSamples = features != kNoValue && compiled.program.list.value(features).role == Role::Data;
    const std::vector<std::int32_t> &rows = m_rows[program];
    std::byte *pinned = m_ring.slot(slot);
    if (m_stream && gathers && !ownSamples) {
        const std::span staged(reinterpret_cast<std::int32_t *>(pinned), rows.size());
        const BatchStream::Marks marks = measured ? BatchStream::Marks{m_clock.copyBegin(), m_clock.copyEnd()} : BatchStream::Marks{};
        const auto valid = static_cast<std::size_t>(std::clamp<std::int64_t>(scalars.validRows, 0, static_cast<std::int64_t>(rows.size())));
        TRAINYARD_CHECK(m_stream->send(program, std::span(rows).first(valid), slot, staged, marks));
        TRAINYARD_CHECK(m_stream->arrive());
    } else if (gathers) {
        std::memcpy(pinned, rows.data(), rows.size() * sizeof(std::int32_t));
    }
    if (measured)
        TRAINYARD_CHECK(m_clock.arrived(compute));
    const std::uint64_t offset = gathers ? scalarsOffset(compiled.program.batchSize) : 0;
    std::memcpy(pinned + offset, &scalars, sizeof scalars);
    // The scalars' place on the device is known; what lies before it in the slot lies before it there, too.
    auto *target = const_cast<std::byte *>(reinterpret_cast<const std::byte *>(compiled.scalars)) - offset;
    TRAINYARD_CHECK(check(cudaMemcpyAsync(target, pinned, offset + sizeof scalars, cudaMemcpyHostToDevice, compute), "copy the batch's rows"));
    return measured ? m_clock.copied(compute) : Status{};
}

}  // namespace trainyard::cuda
