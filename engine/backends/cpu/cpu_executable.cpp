#include "engine/backends/cpu/cpu_executable.h"

#include <array>
#include <cstring>
#include <new>

#include <omp.h>

#include "engine/backends/cpu/low_precision_step.h"
#include "engine/backends/cpu/machine.h"
#include "engine/base/format.h"

namespace trainyard::cpu {

namespace {

constexpr std::size_t kPage = 4096;

// Below this much work a second thread costs more than it brings; measured, see ARCHITECTURE.md.
constexpr double kFlopsPerThread = 1.0e6;
constexpr double kBytesPerThread = 256.0 * 1024.0;

using Clock = std::chrono::steady_clock;

// One step in this many is timed by phase; four readings of the clock.
constexpr std::uint64_t kTimedStepEvery = 10;

double milliseconds(Clock::duration duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

// Notes the time where op begins a phase; a phase without ops begins where the next one does.
void markBorders(const Program &program, std::size_t op, std::array<Clock::time_point, 4> &borders)
{
    const std::size_t starts[] = {0, program.backwardBegin, program.updateBegin, program.list.ops.size()};
    for (std::size_t phase = 0; phase < borders.size(); ++phase)
        if (starts[phase] == op)
            borders[phase] = Clock::now();
}

int threadsFor(const OpList &list, const Op &op, int available)
{
    double bytes = 0;
    for (const auto *ids : {&op.inputs, &op.outputs})
        for (const ValueId id : *ids)
            if (id != kNoValue && list.value(id).role != Role::Dataset)
                bytes += static_cast<double>(list.value(id).type.bytes());
    const double worth = std::max(opFlops(list, op) / kFlopsPerThread, bytes / kBytesPerThread);
    return worth < 1.0 ? 1 : available;
}

std::unique_ptr<Step> makeFloatStep(StepRequest &request)
{
    switch (request.op.kind) {
#define X(Name, file) \
    case OpKind::Name: return make##Name(request);
        TRAINYARD_OPS(X)
#undef X
    }
    return nullptr;
}

std::unique_ptr<Step> makeStep(StepRequest &request)
{
    return hasLowPrecision(request) ? makeLowPrecisionStep(request, makeFloatStep) : makeFloatStep(request);
}

tl::unexpected<Error> dnnlError(const Op &op, const dnnl::error &error)
{
    return fail(Error{ErrorCode::Internal, fmt::format("oneDNN refused {}.", opSpec(op.kind).name), {}, error.what()});
}

}  // namespace

void CpuExecutable::FreeArena::operator()(std::byte *arena) const
{
    ::operator delete(arena, std::align_val_t(kPage));
}

Result<std::unique_ptr<CpuExecutable>> CpuExecutable::compile(std::span<const Program *const> programs, int threads)
{
    auto executable = std::make_unique<CpuExecutable>();
    executable->m_programs.resize(programs.size());
    std::vector<StorageNeeds> needs;
    std::vector<const Program *> own;
    for (std::size_t p = 0; p < programs.size(); ++p) {
        CompiledProgram &compiled = executable->m_programs[p];
        compiled.program = *programs[p];
        TRAINYARD_TRY(StorageNeeds need, executable->makeSteps(compiled, threads));
        needs.push_back(std::move(need));
        own.push_back(&compiled.program);
    }
    auto plans = planMemory(own, needs);
    for (std::size_t p = 0; p < programs.size(); ++p)
        executable->m_programs[p].plan = std::move(plans[p]);
    executable->m_arenaBytes = executable->m_programs.front().plan.arenaBytes();
    return executable;
}

Result<StorageNeeds> CpuExecutable::makeSteps(CompiledProgram &compiled, int threads)
{
    const OpList &list = compiled.program.list;
    StorageNeeds needs;
    for (const Value &value : list.values)
        needs.valueBytes.push_back(value.role == Role::Dataset ? 0 : value.type.bytes());
    for (const Op &op : list.ops) {
        StepRequest request{list, op, threadsFor(list, op, threads)};
        omp_set_num_threads(request.threads);  // primitives are laid out for the threads they will run with
        try {
            compiled.steps.push_back({makeStep(request), request.threads});
        } catch (const dnnl::error &error) {
            return dnnlError(op, error);
        }
        needs.scratchBytes.push_back(request.scratchBytes);
        for (std::size_t i = 0; i < op.outputs.size() && i < request.outputBytes.size(); ++i)
            if (request.outputBytes[i] > 0)
                needs.valueBytes[static_cast<std::size_t>(op.outputs[i])] = request.outputBytes[i];
    }
    return needs;
}

Status CpuExecutable::allocate()
{
    if (const std::uint64_t free = availableMemory(); free > 0 && m_arenaBytes > free)
        return fail(ErrorCode::OutOfMemory, "The run needs {}, but only {} of memory are free. Use a smaller batch or network.",
                    formatBytes(m_arenaBytes), formatBytes(free));
    m_arena.reset(static_cast<std::byte *>(::operator new(std::max<std::uint64_t>(m_arenaBytes, kPage), std::align_val_t(kPage), std::nothrow)));
    if (!m_arena)
        return fail(ErrorCode::OutOfMemory, "The system refused {} of memory. Use a smaller batch or network.", formatBytes(m_arenaBytes));
    std::memset(m_arena.get(), 0, m_arenaBytes);
    for (CompiledProgram &compiled : m_programs)
        bindSteps(compiled);
    return {};
}

void CpuExecutable::bindSteps(CompiledProgram &compiled)
{
    compiled.values.assign(compiled.program.list.values.size(), nullptr);
    for (std::size_t i = 0; i < compiled.values.size(); ++i)
        if (compiled.plan.values[i].bytes > 0)
            compiled.values[i] = m_arena.get() + compiled.plan.values[i].offset;
    compiled.opSeconds.assign(compiled.steps.size(), 0.0);
    for (std::size_t i = 0; i < compiled.steps.size(); ++i) {
        CompiledStep &step = compiled.steps[i];
        if (compiled.plan.scratch[i].bytes > 0)
            step.scratch = m_arena.get() + compiled.plan.scratch[i].offset;
        if (step.step)
            step.step->bind({compiled.values, step.scratch, nullptr});
    }
}

Status CpuExecutable::bind(std::size_t program, ValueId value, std::span<const std::byte> data)
{
    // Steps never write a Dataset value: the pointer is only stored beside writable ones.
    m_programs[program].values[static_cast<std::size_t>(value)] = const_cast<std::byte *>(data.data());
    return {};
}

void CpuExecutable::setIndices(std::size_t program, std::span<const std::int32_t> rows)
{
    CompiledProgram &compiled = m_programs[program];
    const std::size_t bytes = std::min(rows.size_bytes(), compiled.program.list.value(compiled.program.indices).type.bytes());
    std::memcpy(compiled.values[static_cast<std::size_t>(compiled.program.indices)], rows.data(), bytes);
}

Status CpuExecutable::runStep(std::size_t program, const StepScalars &scalars, const LookAtOp *look)
{
    flushDenormals();
    CompiledProgram &compiled = m_programs[program];
    const bool timed = program == 0 && !look && m_stepsRun++ % kTimedStepEvery == 0;
    std::array<Clock::time_point, 4> borders{};  // begin, backward, update, end
    int threads = 0;
    for (std::size_t i = 0; i < compiled.steps.size(); ++i) {
        if (timed)
            markBorders(compiled.program, i, borders);
        CompiledStep &step = compiled.steps[i];
        if (!step.step)
            continue;
        if (step.threads != threads)
            omp_set_num_threads(threads = step.threads);
        const auto begin = m_profiling ? Clock::now() : Clock::time_point{};
        try {
            step.step->run({compiled.values, step.scratch, &scalars});
        } catch (const dnnl::error &error) {
            return dnnlError(compiled.program.list.ops[i], error);
        }
        if (m_profiling)
            compiled.opSeconds[i] = std::chrono::duration<double>(Clock::now() - begin).count();
        if (look) {
            TRAINYARD_TRY(const bool goOn, (*look)(i));
            if (!goOn)
                return {};
        }
    }
    if (timed) {
        markBorders(compiled.program, compiled.steps.size(), borders);
        m_stepTimes = StepTimes{scalars.step, std::nullopt, std::nullopt, milliseconds(borders[1] - borders[0]),
                                milliseconds(borders[2] - borders[1]), milliseconds(borders[3] - borders[2]), std::nullopt};
    }
    return {};
}

Status CpuExecutable::requestMetrics(std::size_t program, std::int64_t tag)
{
    MetricSums all{tag, {}};
    for (const ValueId accumulator : m_programs[program].program.accumulators) {
        const auto *sums = reinterpret_cast<const double *>(m_programs[program].values[static_cast<std::size_t>(accumulator)]);
        all.sums.insert(all.sums.end(), sums, sums + m_programs[program].program.list.value(accumulator).type.shape.elements());
    }
    m_metricSums.push_back(std::move(all));
    return {};
}

Result<std::optional<MetricSums>> CpuExecutable::takeMetrics(bool)
{
    if (m_metricSums.empty())
        return std::nullopt;
    std::optional<MetricSums> next(std::move(m_metricSums.front()));
    m_metricSums.pop_front();
    return next;
}

Status CpuExecutable::read(std::size_t program, ValueId value, std::span<std::byte> out)
{
    std::memcpy(out.data(), m_programs[program].values[static_cast<std::size_t>(value)], out.size());
    return {};
}

Status CpuExecutable::write(std::size_t program, ValueId value, std::span<const std::byte> in)
{
    std::memcpy(m_programs[program].values[static_cast<std::size_t>(value)], in.data(), in.size());
    return {};
}

std::span<const double> CpuExecutable::opSeconds(std::size_t program) const
{
    return m_profiling ? std::span(m_programs[program].opSeconds) : std::span<const double>{};
}

}  // namespace trainyard::cpu
