// A network whose layers lie on several devices: its programs cut into parts of one device each, one executable per
// device, and copies through host memory in between. Exact: a copy changes no bit. One thread at a time.
#pragma once

#include <deque>

#include "engine/backends/backend.h"
#include "engine/program/partition.h"

namespace trainyard {

class PlacedExecutable : public Executable {
public:
    struct Device {
        DeviceInfo info;
        std::unique_ptr<Backend> backend;  // null: the run's, which is the caller's
        std::unique_ptr<Executable> executable;
        std::vector<std::size_t> parts;    // index in the partition, per program of the executable
    };
    // programs: whole, with Op::device as in the partition. The devices are in the order of the partition's; those without
    // a part have no executable.
    PlacedExecutable(std::vector<Program> programs, Partition partition, std::vector<Device> devices);

    const MemoryPlan &memoryPlan(std::size_t program) const override { return m_plans[program]; }
    std::uint64_t arenaBytes() const override;
    DataPlacement dataPlacement() const override;
    std::uint64_t deviceDataBytes() const override;
    std::vector<DeviceArena> deviceArenas() const override;
    std::vector<std::string> notes() const override;
    KernelChoices choices() const override;
    Status allocate() override;
    std::uint64_t allocatedBytes() const override;
    Status bind(std::size_t program, ValueId value, std::span<const std::byte> data) override;
    void setIndices(std::size_t program, std::span<const std::int32_t> rows) override;
    Status run(std::size_t program, const StepScalars &scalars) override;
    Status runOpByOp(std::size_t program, const StepScalars &scalars, const LookAtOp &look) override;
    Status finish() override;
    Status requestMetrics(std::size_t program, std::int64_t tag) override;
    Result<std::optional<MetricSums>> takeMetrics(bool wait) override;
    Status read(std::size_t program, ValueId value, std::span<std::byte> out) override;
    Status write(std::size_t program, ValueId value, std::span<const std::byte> in) override;
    void setProfiling(bool on) override;
    std::span<const double> opSeconds(std::size_t program) const override;

private:
    struct Place {
        Executable *executable = nullptr;
        std::size_t program = 0;  // of that executable
    };

    Status copy(const BorderCopy &copy);
    Result<PartValue> find(std::size_t program, ValueId value) const;

    std::vector<Program> m_programs;
    Partition m_partition;
    std::vector<Device> m_devices;
    std::vector<Place> m_places;  // per part
    std::vector<MemoryPlan> m_plans;
    std::vector<std::byte> m_staging;
    std::deque<Executable *> m_metricRequests;  // whose metrics were asked for, in order
    std::vector<std::vector<double>> m_opSeconds;  // per program, while profiling
    bool m_profiling = false;
};

}  // namespace trainyard
