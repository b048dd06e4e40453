#include "engine/backends/cuda/data_plan.h"

#include <algorithm>

namespace trainyard::cuda {

namespace {

std::uint64_t align(std::uint64_t bytes)
{
    return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

std::vector<bool> gatheredValues(const OpList &list)
{
    std::vector<bool> gathered(list.values.size(), false);
    for (const Op &op : list.ops)
        if (op.kind == OpKind::GatherRows)
            gathered[static_cast<std::size_t>(op.inputs[0])] = true;
    return gathered;
}

// Another program's value of the same name and type is the same part of the data set.
DataPart &partFor(std::vector<DataPart> &parts, std::size_t program, const Value &value)
{
    for (DataPart &part : parts)
        if (!value.name.empty() && part.name == value.name && part.type == value.type && part.users.back().program != program)
            return part;
    parts.push_back({.name = value.name, .type = value.type, .users = {}});
    return parts.back();
}

std::int64_t largestBatch(std::span<const Program *const> programs)
{
    std::int64_t rows = 0;
    for (const Program *program : programs)
        rows = std::max(rows, program->batchSize);
    return rows;
}

}  // namespace

DataPlan planData(std::span<const Program *const> programs, DataPlacement placement)
{
    DataPlan plan;
    plan.placement = placement;
    plan.stageRows = placement == DataPlacement::Streamed ? largestBatch(programs) : 0;
    for (std::size_t p = 0; p < programs.size(); ++p) {
        const OpList &list = programs[p]->list;
        const std::vector<bool> gathered = gatheredValues(list);
        for (std::size_t i = 0; i < list.values.size(); ++i) {
            if (list.values[i].role != Role::Dataset)
                continue;
            DataPart &part = partFor(plan.parts, p, list.values[i]);
            part.users.push_back({p, static_cast<ValueId>(i)});
            part.gathered = part.gathered || gathered[i];
        }
    }
    for (DataPart &part : plan.parts) {
        part.bytes = part.type.bytes();
        if (part.gathered && part.type.shape.rank() > 0 && part.type.shape[0] > 0) {
            part.rowBytes = part.bytes / static_cast<std::uint64_t>(part.type.shape[0]);
            if (placement == DataPlacement::Streamed)
                part.bytes = static_cast<std::uint64_t>(kStages * plan.stageRows) * part.rowBytes;
        }
        part.offset = plan.bytes;
        plan.bytes += align(part.bytes);
    }
    return plan;
}

bool canStream(std::span<const Program *const> programs)
{
    bool any = false;
    const std::int64_t rows = kStages * largestBatch(programs);
    for (const Program *program : programs)
        for (const Op &op : program->list.ops) {
            if (op.kind != OpKind::GatherRows || program->list.value(op.inputs[0]).role == Role::Data)  // samples written by the host
                continue;
            const Shape &shape = program->list.value(op.inputs[0]).type.shape;
            if (op.inputs[1] != program->indices || program->indices == kNoValue || shape.rank() == 0 || shape[0] < rows
                || program->list.value(op.inputs[0]).role != Role::Dataset)
                return false;
            any = true;
        }
    return any;
}

DataPlan chooseData(std::span<const Program *const> programs, std::uint64_t arenaBytes, std::uint64_t budgetBytes)
{
    DataPlan resident = planData(programs, DataPlacement::Resident);
    if (arenaBytes + resident.bytes <= budgetBytes || !canStream(programs))
        return resident;
    return planData(programs, DataPlacement::Streamed);
}

}  // namespace trainyard::cuda
