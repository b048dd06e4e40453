// Compiled programs over one arena on a GPU. Everything up to allocate() works without the device; after it, steps are
// queued and nobody waits until something is read. One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/backends/cuda/batch_stream.h"
#include "engine/backends/cuda/compiled_program.h"
#include "engine/backends/cuda/device_data.h"
#include "engine/backends/cuda/device_session.h"
#include "engine/backends/cuda/metric_ring.h"
#include "engine/backends/cuda/out_of_memory.h"
#include "engine/backends/cuda/program_runner.h"
#include "engine/backends/cuda/step_clock.h"
#include "engine/backends/cuda/step_ring.h"

namespace trainyard::cuda {

// A card, or only its description.
struct Target {
    DeviceProperties properties;
    std::optional<int> device;  // none: nothing compiled for it can be allocated
};

class CudaExecutable : public Executable {
public:
    // Errors: Unsupported with the op's and layer's name, when the libraries have nothing for its shapes.
    static Result<std::unique_ptr<CudaExecutable>> compile(std::span<const Program *const> programs, const Target &target,
                                                           const DeviceSettings &settings);
    ~CudaExecutable() override;

    const MemoryPlan &memoryPlan(std::size_t program) const override { return m_programs[program].plan; }
    std::uint64_t arenaBytes() const override { return m_arenaBytes; }
    DataPlacement dataPlacement() const override { return m_dataPlan.placement; }
    std::uint64_t deviceDataBytes() const override { return m_dataPlan.bytes; }
    std::vector<std::string> notes() const override { return m_notes; }
    KernelChoices choices() const override { return m_choices; }

    Status allocate() override;
    std::uint64_t allocatedBytes() const override { return m_arena ? m_arenaBytes : 0; }
    Status bind(std::size_t program, ValueId value, std::span<const std::byte> data) override;
    void setIndices(std::size_t program, std::span<const std::int32_t> rows) override;
    Status run(std::size_t program, const StepScalars &scalars) override;
    Status runOpByOp(std::size_t program, const StepScalars &scalars, const LookAtOp &look) override;
    Status finish() override;
    Status requestMetrics(std::size_t program, std::int64_t tag) override;
    Result<std::optional<MetricSums>> takeMetrics(bool wait) override;
    Status read(std::size_t program, ValueId value, std::span<std::byte> out) override;
    Status write(std::size_t program, ValueId value, std::span<const std::byte> in) override;
    void setProfiling(bool on) override { m_profiling = on; }
    std::span<const double> opSeconds(std::size_t program) const override;
    std::optional<StepTimes> takeStepTimes() override;

private:
    CudaExecutable(const Target &target, const DeviceSettings &settings) : m_target(target), m_settings(settings) {}

    std::vector<const Program *> programs() const;
    MemoryDemand demand() const;

    // Parts of allocate().
    Status acquire();
    Status fitData(std::uint64_t freeBytes);
    Status takeMemory(std::uint64_t freeBytes);
    Status placeValues();
    Status bindSteps();
    void release(bool forever = false);

    // Every public call that touches the device: refuses after a lost context, and looks for one after an error.
    template <typename Function>
    auto guarded(Function function) -> decltype(function());

    Status runStep(std::size_t program, const StepScalars &scalars, const LookAtOp *look);
    Status sendRows(std::size_t program, const StepScalars &scalars, std::size_t slot, bool measured);

    Target m_target;
    DeviceSettings m_settings;
    KernelChoices m_choices;
    std::vector<std::string> m_notes;
    std::vector<CompiledProgram> m_programs;
    std::uint64_t m_arenaBytes = 0;
    DataPlan m_dataPlan;
    std::vector<std::vector<std::int32_t>> m_rows;  // by program: those of the next step
    bool m_profiling = false;

    // From allocate() on. What is declared first goes last.
    std::unique_ptr<DeviceSession> m_session;
    DeviceBlock m_arena;         // or, with reserveMemory, arena and data
    DeviceBlock m_dataBlock;
    DeviceBlock m_looseScalars;  // of programs that gather nothing: kArenaAlignment bytes each
    std::optional<DeviceData> m_data;
    std::unique_ptr<BatchStream> m_stream;  // Streamed only
    StepRing m_ring;
    MetricRing m_metrics;
    StepClock m_clock;
    std::vector<ProgramRunner> m_runners;
    std::uint64_t m_turn = 0;       // steps of all programs
    std::uint64_t m_firstRuns = 0;  // steps of program 0
};

}  // namespace trainyard::cuda
