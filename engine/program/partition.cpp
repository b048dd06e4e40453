#include "engine/program/partition.h"

#include <algorithm>
#include <map>

#include "engine/program/stays.h"

namespace trainyard {

namespace {

class Partitioner {
public:
    explicit Partitioner(std::span<const Program *const> programs) : m_programs(programs), m_homes(homesOf(programs)) {}

    Result<Partition> run()
    {
        for (std::size_t p = 0; p < m_programs.size(); ++p)
            m_stretches.push_back(stretchesOf(*m_programs[p]));
        for (std::size_t p = 0; p < m_programs.size(); ++p)
            m_stays.emplace_back(*m_programs[p], m_stretches[p], m_homes);
        for (std::size_t p = 0; p < m_programs.size(); ++p)
            cut(p);
        if (m_result.parts.empty())
            return fail(ErrorCode::Internal, "The network has nothing to compute.");
        for (std::size_t p = 0; p < m_programs.size(); ++p) {
            TRAINYARD_CHECK(placeMetrics(p));
            placeValues(p);
        }
        // Only now: what a copy reads may be in a part that comes later.
        for (std::size_t p = 0; p < m_programs.size(); ++p)
            TRAINYARD_CHECK(placeCopies(p));
        for (std::size_t i = 0; i < m_result.parts.size(); ++i)
            finish(m_result.parts[i]);
        return std::move(m_result);
    }

private:
    using Locals = std::map<ValueId, ValueId>;  // of the whole program -> of the part

    const Value &valueOf(std::size_t program, ValueId id) const { return m_programs[program]->list.value(id); }

    ValueId local(std::size_t part, ValueId id)
    {
        if (id == kNoValue)
            return kNoValue;
        ProgramPart &own = m_result.parts[part];
        const auto [found, fresh] = m_locals[part].try_emplace(id, static_cast<ValueId>(own.values.size()));
        if (fresh) {
            Value value = valueOf(own.program, id);
            if (const Stay *stay = m_stays[own.program].find(own.device, id); stay && stay->kept && !value.kept) {
                value.kept = true;
                value.place = stay->place;
                value.name = fmt::format("kept/{}/{}", own.program, id);
            }
            own.values.push_back(id);
            own.content.list.values.push_back(std::move(value));
        }
        return found->second;
    }

    void cut(std::size_t p)
    {
        const Program &program = *m_programs[p];
        PartitionedProgram &whole = m_result.programs.emplace_back();
        whole.begin = m_result.parts.size();
        for (const Stretch &stretch : m_stretches[p]) {
            const std::size_t index = m_result.parts.size();
            ProgramPart &part = m_result.parts.emplace_back();
            m_locals.emplace_back();
            part.program = p;
            part.device = stretch.device;
            part.ops = stretch.ops;
            for (const std::size_t at : stretch.ops) {
                Op op = program.list.ops[at];
                op.device = 0;
                for (auto *ids : {&op.inputs, &op.outputs, &op.mutates})
                    for (ValueId &id : *ids)
                        id = local(index, id);
                part.content.list.ops.push_back(std::move(op));
            }
        }
        whole.end = m_result.parts.size();
    }

    // The part of a program on a device that has the value; kNoValue as its id: there is none.
    PartValue find(std::size_t p, std::int32_t device, ValueId id) const
    {
        for (std::size_t part = m_result.programs[p].begin; part < m_result.programs[p].end; ++part)
            if (m_result.parts[part].device == device)
                if (const auto found = m_locals[part].find(id); found != m_locals[part].end())
                    return {part, found->second};
        return {};
    }

    // Trained state that the program itself does not touch on its home is found in another program of the arena, and what
    // nobody touches, but the host may write and read, is given a place.
    PartValue findState(std::size_t p, std::int32_t device, ValueId id)
    {
        if (const PartValue own = find(p, device, id); own.id != kNoValue)
            return own;
        const Value &value = valueOf(p, id);
        for (std::size_t part = 0; part < m_result.parts.size(); ++part) {
            const auto &values = m_result.parts[part].content.list.values;
            for (std::size_t i = 0; m_result.parts[part].device == device && i < values.size(); ++i)
                if (isTrainedState(values[i]) && values[i].name == value.name)
                    return {part, static_cast<ValueId>(i)};
        }
        std::size_t part = m_result.programs[p].begin;
        for (std::size_t i = m_result.programs[p].begin; i < m_result.programs[p].end; ++i)
            if (m_result.parts[i].device == device) {
                part = i;
                break;
            }
        return {part, local(part, id)};
    }

    void placeValues(std::size_t p)
    {
        const Program &program = *m_programs[p];
        auto &values = m_result.programs[p].values;
        for (std::size_t i = 0; i < program.list.values.size(); ++i) {
            const auto id = static_cast<ValueId>(i);
            const std::int32_t home = m_stays[p].home(id);
            if (isTrainedState(program.list.values[i]))
                values.push_back(findState(p, home, id));
            else  // the data set is bound, not written
                values.push_back(program.list.values[i].role == Role::Dataset ? PartValue() : find(p, home, id));
        }
    }

    // The host reads all metrics together: from the last part that adds to one.
    Status placeMetrics(std::size_t p)
    {
        PartitionedProgram &whole = m_result.programs[p];
        whole.metricsPart = whole.begin;
        std::int32_t device = -1;
        for (const MetricSlot &slot : m_programs[p]->metrics) {
            const std::int32_t home = m_stays[p].home(slot.accumulator);
            if (device >= 0 && home != device)
                return fail(ErrorCode::Internal, "The metrics of a network lie on two devices.");
            device = home;
            for (std::size_t part = whole.begin; part < whole.end; ++part)
                if (m_result.parts[part].device == home && m_locals[part].contains(slot.accumulator))
                    whole.metricsPart = std::max(whole.metricsPart, part);
        }
        return {};
    }

    Status placeCopies(std::size_t p)
    {
        PartitionedProgram &whole = m_result.programs[p];
        const auto copyOf = [&](const Crossing &crossing) -> Result<BorderCopy> {
            const Value &value = valueOf(p, crossing.value);
            // In a format of the backend's own; forward and backward ops of a layer are never apart.
            if (value.role == Role::Workspace)
                return fail(ErrorCode::Internal, "What a layer keeps for its backward pass would cross from one device to another.");
            const bool state = isTrainedState(value);
            BorderCopy copy;
            copy.from = state ? findState(p, crossing.from, crossing.value) : find(p, crossing.from, crossing.value);
            copy.to = state ? findState(p, crossing.to, crossing.value) : find(p, crossing.to, crossing.value);
            copy.bytes = value.type.bytes();
            if (copy.from.id == kNoValue || copy.to.id == kNoValue)
                return fail(ErrorCode::Internal, "A value that crosses from one device to another is not there.");
            return copy;
        };
        for (std::size_t part = whole.begin; part < whole.end; ++part)
            for (const Crossing &crossing : m_stays[p].before(part - whole.begin)) {
                TRAINYARD_TRY(const BorderCopy copy, copyOf(crossing));
                m_result.parts[part].before.push_back(copy);
            }
        for (const Crossing &crossing : m_stays[p].after()) {
            TRAINYARD_TRY(const BorderCopy copy, copyOf(crossing));
            whole.after.push_back(copy);
        }
        return {};
    }

    // What a Program says beside its ops, as far as this part is concerned.
    void finish(ProgramPart &part)
    {
        const Program &whole = *m_programs[part.program];
        const auto index = static_cast<std::size_t>(&part - m_result.parts.data());
        const auto known = [&](ValueId id) {
            const auto found = m_locals[index].find(id);
            return found == m_locals[index].end() ? kNoValue : found->second;
        };
        Program &content = part.content;
        content.mode = whole.mode;
        content.batchSize = whole.batchSize;
        content.layerNames = whole.layerNames;
        if (index == m_result.programs[part.program].metricsPart)
            for (const ValueId accumulator : whole.accumulators)
                content.accumulators.push_back(local(index, accumulator));
        content.indices = known(whole.indices);
        content.features = known(whole.features);
        content.featureOffset = known(whole.featureOffset);
        content.featureScale = known(whole.featureScale);
        content.targets = known(whole.targets);
        content.targetOffset = known(whole.targetOffset);
        content.targetScale = known(whole.targetScale);
        content.predictions = known(whole.predictions);
        content.loss = known(whole.loss);
        const auto opsBefore = [&](std::size_t end) {
            return static_cast<std::size_t>(std::count_if(part.ops.begin(), part.ops.end(), [&](std::size_t op) { return op < end; }));
        };
        content.backwardBegin = opsBefore(whole.backwardBegin);
        content.updateBegin = opsBefore(whole.updateBegin);
    }

    std::span<const Program *const> m_programs;
    Homes m_homes;
    std::vector<std::vector<Stretch>> m_stretches;
    std::vector<Stays> m_stays;
    std::vector<Locals> m_locals;  // per part
    Partition m_result;
};

}  // namespace

Result<Partition> partitionPrograms(std::span<const Program *const> programs)
{
    return Partitioner(programs).run();
}

}  // namespace trainyard
