// Compiled programs over one arena in host memory. One thread at a time.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "engine/backends/backend.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

class CpuExecutable : public Executable {
public:
    // Errors: Internal with the op's name, when oneDNN refuses.
    static Result<std::unique_ptr<CpuExecutable>> compile(std::span<const Program *const> programs, int threads);

    const MemoryPlan &memoryPlan(std::size_t program) const override { return m_programs[program].plan; }
    std::uint64_t arenaBytes() const override { return m_arenaBytes; }
    Status allocate() override;
    std::uint64_t allocatedBytes() const override { return m_arena ? m_arenaBytes : 0; }
    Status bind(std::size_t program, ValueId value, std::span<const std::byte> data) override;
    void setIndices(std::size_t program, std::span<const std::int32_t> rows) override;
    Status run(std::size_t program, const StepScalars &scalars) override { return runStep(program, scalars, nullptr); }
    Status runOpByOp(std::size_t program, const StepScalars &scalars, const LookAtOp &look) override
    {
        return runStep(program, scalars, &look);
    }
    Status requestMetrics(std::size_t program, std::int64_t tag) override;
    Result<std::optional<MetricSums>> takeMetrics(bool wait) override;
    Status read(std::size_t program, ValueId value, std::span<std::byte> out) override;
    Status write(std::size_t program, ValueId value, std::span<const std::byte> in) override;
    void setProfiling(bool on) override { m_profiling = on; }
    std::span<const double> opSeconds(std::size_t program) const override;
    std::optional<StepTimes> takeStepTimes() override { return std::exchange(m_stepTimes, std::nullopt); }

private:
    struct CompiledStep {
        std::unique_ptr<Step> step;  // null: nothing to do
        int threads = 1;
        std::byte *scratch = nullptr;
    };
    struct CompiledProgram {
        Program program;
        MemoryPlan plan;
        std::vector<CompiledStep> steps;  // one per op
        std::vector<std::byte *> values;  // one per value
        std::vector<double> opSeconds;
    };
    struct FreeArena {
        void operator()(std::byte *arena) const;
    };

    Result<StorageNeeds> makeSteps(CompiledProgram &compiled, int threads);
    void bindSteps(CompiledProgram &compiled);
    Status runStep(std::size_t program, const StepScalars &scalars, const LookAtOp *look);

    std::vector<CompiledProgram> m_programs;
    std::uint64_t m_arenaBytes = 0;
    std::unique_ptr<std::byte, FreeArena> m_arena;
    std::deque<MetricSums> m_metricSums;  // asked for and not taken yet
    std::optional<StepTimes> m_stepTimes;
    std::uint64_t m_stepsRun = 0;
    bool m_profiling = false;
};

}  // namespace trainyard::cpu
