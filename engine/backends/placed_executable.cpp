#include "engine/backends/placed_executable.h"

#include <algorithm>
#include <map>

#include "engine/backends/placed_plan.h"
#include "engine/base/format.h"

namespace trainyard {

PlacedExecutable::PlacedExecutable(std::vector<Program> programs, Partition partition, std::vector<Device> devices)
    : m_programs(std::move(programs)), m_partition(std::move(partition)), m_devices(std::move(devices)), m_places(m_partition.parts.size())
{
    for (Device &device : m_devices)
        for (std::size_t i = 0; i < device.parts.size(); ++i)
            m_places[device.parts[i]] = {device.executable.get(), i};
    std::vector<const Program *> whole;
    for (const Program &program : m_programs)
        whole.push_back(&program);
    m_plans = joinPlans(whole, m_partition, [this](std::size_t part) -> const MemoryPlan & {
        return m_places[part].executable->memoryPlan(m_places[part].program);
    });
    std::uint64_t largest = 0;
    const auto consider = [&](const std::vector<BorderCopy> &copies) {
        for (const BorderCopy &copy : copies)
            largest = std::max(largest, copy.bytes);
    };
    for (const ProgramPart &part : m_partition.parts)
        consider(part.before);
    for (const PartitionedProgram &program : m_partition.programs)
        consider(program.after);
    m_staging.resize(largest);
}

std::uint64_t PlacedExecutable::arenaBytes() const
{
    std::uint64_t sum = 0;
    for (const Device &device : m_devices)
        sum += device.executable ? device.executable->arenaBytes() : 0;
    return sum;
}

std::uint64_t PlacedExecutable::deviceDataBytes() const
{
    std::uint64_t sum = 0;
    for (const Device &device : m_devices)
        sum += device.executable ? device.executable->deviceDataBytes() : 0;
    return sum;
}

DataPlacement PlacedExecutable::dataPlacement() const
{
    for (std::size_t i = 0; i < m_places.size(); ++i)
        if (m_partition.parts[i].content.features != kNoValue)
            return m_places[i].executable->dataPlacement();
    return DataPlacement::Host;
}

std::vector<DeviceArena> PlacedExecutable::deviceArenas() const
{
    std::vector<DeviceArena> arenas;
    for (const Device &device : m_devices) {
        if (device.executable)
            arenas.push_back({device.info, device.executable->arenaBytes(), device.executable->deviceDataBytes()});
    }
    return arenas;
}

// The price of the borders first: bytes of one step of the first program, which is the one that trains.
std::vector<std::string> PlacedExecutable::notes() const
{
    std::map<std::pair<std::int32_t, std::int32_t>, std::pair<std::uint64_t, int>> borders;  // bytes and copies
    const auto count = [&](const std::vector<BorderCopy> &copies) {
        for (const BorderCopy &copy : copies) {
            auto &[bytes, number] = borders[{m_partition.parts[copy.from.part].device, m_partition.parts[copy.to.part].device}];
            bytes += copy.bytes;
            ++number;
        }
    };
    const PartitionedProgram &first = m_partition.programs.front();
    for (std::size_t part = first.begin; part < first.end; ++part)
        count(m_partition.parts[part].before);
    count(first.after);
    std::vector<std::string> notes;
    for (const auto &[border, price] : borders)
        notes.push_back(fmt::format("Each step copies {} from {} to {}, in {} piece{}.", formatBytes(price.first),
                                    m_devices[static_cast<std::size_t>(border.first)].info.id,
                                    m_devices[static_cast<std::size_t>(border.second)].info.id, price.second, price.second == 1 ? "" : "s"));
    for (const Device &device : m_devices)
        if (device.executable)
            for (const std::string &note : device.executable->notes())
                notes.push_back(fmt::format("On {}: {}", device.info.id, note));
    return notes;
}

Status PlacedExecutable::allocate()
{
    for (Device &device : m_devices)
        if (device.executable)
            if (auto allocated = device.executable->allocate(); !allocated) {
                allocated.error().message = fmt::format("On {}: {}", device.info.id, allocated.error().message);
                return allocated;
            }
    return {};
}

std::uint64_t PlacedExecutable::allocatedBytes() const
{
    std::uint64_t sum = 0;
    for (const Device &device : m_devices)
        sum += device.executable ? device.executable->allocatedBytes() : 0;
    return sum;
}

Status PlacedExecutable::bind(std::size_t program, ValueId value, std::span<const std::byte> data)
{
    const PartitionedProgram &whole = m_partition.programs[program];
    for (std::size_t part = whole.begin; part < whole.end; ++part) {
        const auto &values = m_partition.parts[part].values;
        const auto found = std::find(values.begin(), values.end(), value);
        if (value != kNoValue && found != values.end())
            TRAINYARD_CHECK(m_places[part].executable->bind(m_places[part].program, static_cast<ValueId>(found - values.begin()), data));
    }
    return {};
}

void PlacedExecutable::setIndices(std::size_t program, std::span<const std::int32_t> rows)
{
    const PartitionedProgram &whole = m_partition.programs[program];
    for (std::size_t part = whole.begin; part < whole.end; ++part)
        if (m_partition.parts[part].content.indices != kNoValue)
            m_places[part].executable->setIndices(m_places[part].program, rows);
}

Status PlacedExecutable::copy(const BorderCopy &copy)
{
    const Place &from = m_places[copy.from.part], &to = m_places[copy.to.part];
    const auto bytes = std::span(m_staging).first(copy.bytes);
    TRAINYARD_CHECK(from.executable->read(from.program, copy.from.id, bytes));
    return to.executable->write(to.program, copy.to.id, bytes);
}

Status PlacedExecutable::run(std::size_t program, const StepScalars &scalars)
{
    const PartitionedProgram &whole = m_partition.programs[program];
    for (std::size_t index = whole.begin; index < whole.end; ++index) {
        const ProgramPart &part = m_partition.parts[index];
        for (const BorderCopy &each : part.before)
            TRAINYARD_CHECK(copy(each));
        TRAINYARD_CHECK(m_places[index].executable->run(m_places[index].program, scalars));
    }
    for (const BorderCopy &each : whole.after)
        TRAINYARD_CHECK(copy(each));
    if (m_profiling)
        for (std::size_t index = whole.begin; index < whole.end; ++index) {
            const auto seconds = m_places[index].executable->opSeconds(m_places[index].program);
            for (std::size_t k = 0; k < seconds.size(); ++k)
                m_opSeconds[program][m_partition.parts[index].ops[k]] = seconds[k];
        }
    return {};
}

Status PlacedExecutable::runOpByOp(std::size_t program, const StepScalars &scalars, const LookAtOp &look)
{
    const PartitionedProgram &whole = m_partition.programs[program];
    bool goOn = true;
    for (std::size_t index = whole.begin; index < whole.end && goOn; ++index) {
        const ProgramPart &part = m_partition.parts[index];
        for (const BorderCopy &each : part.before)
            TRAINYARD_CHECK(copy(each));
        const auto lookInPart = [&](std::size_t op) -> Result<bool> {
            TRAINYARD_TRY(goOn, look(part.ops[op]));
            return goOn;
        };
        TRAINYARD_CHECK(m_places[index].executable->runOpByOp(m_places[index].program, scalars, lookInPart));
    }
    for (const BorderCopy &each : whole.after)
        TRAINYARD_CHECK(copy(each));
    return {};
}

Status PlacedExecutable::finish()
{
    for (Device &device : m_devices)
        if (device.executable)
            TRAINYARD_CHECK(device.executable->finish());
    return {};
}

Status PlacedExecutable::requestMetrics(std::size_t program, std::int64_t tag)
{
    const Place &place = m_places[m_partition.programs[program].metricsPart];
    TRAINYARD_CHECK(place.executable->requestMetrics(place.program, tag));
    m_metricRequests.push_back(place.executable);
    return {};
}

Result<std::optional<MetricSums>> PlacedExecutable::takeMetrics(bool wait)
{
    if (m_metricRequests.empty())
        return std::nullopt;
    auto taken = m_metricRequests.front()->takeMetrics(wait);
    if (taken && *taken)
        m_metricRequests.pop_front();
    return taken;
}

Result<PartValue> PlacedExecutable::find(std::size_t program, ValueId value) const
{
    const auto &values = m_partition.programs[program].values;
    if (value == kNoValue || values[static_cast<std::size_t>(value)].id == kNoValue)
        return fail(ErrorCode::Internal, "Value {} of the network is not in any device's memory.", value);
    return values[static_cast<std::size_t>(value)];
}

Status PlacedExecutable::read(std::size_t program, ValueId value, std::span<std::byte> out)
{
    TRAINYARD_TRY(const PartValue found, find(program, value));
    return m_places[found.part].executable->read(m_places[found.part].program, found.id, out);
}

Status PlacedExecutable::write(std::size_t program, ValueId value, std::span<const std::byte> in)
{
    TRAINYARD_TRY(const PartValue found, find(program, value));
    return m_places[found.part].executable->write(m_places[found.part].program, found.id, in);
}

void PlacedExecutable::setProfiling(bool on)
{
    m_profiling = on;
    m_opSeconds.clear();
    for (const Program &program : m_programs)
        m_opSeconds.emplace_back(on ? program.list.ops.size() : 0, 0.0);
    for (Device &device : m_devices)
        if (device.executable)
            device.executable->setProfiling(on);
}

std::span<const double> PlacedExecutable::opSeconds(std::size_t program) const
{
    return m_profiling ? std::span<const double>(m_opSeconds[program]) : std::span<const double>{};
}

}  // namespace trainyard
