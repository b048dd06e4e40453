// Which values share memory, and from when to when each is needed.
#include <algorithm>

#include "engine/program/memory_plan.h"

namespace trainyard {

namespace {

bool isTransient(const Value &value)
{
    return !value.kept && (value.role == Role::Gradient || value.role == Role::Activation || value.role == Role::Workspace);
}

}  // namespace

std::vector<ValueId> planAliases(const Program &program)
{
    const OpList &list = program.list;
    std::vector<ValueId> root(list.values.size());
    for (std::size_t i = 0; i < root.size(); ++i)
        root[i] = static_cast<ValueId>(i);

    // Last op that reads any value of a root's memory, views included; grows as views are found.
    std::vector<std::int32_t> lastRead(list.values.size(), -1);
    for (std::size_t i = 0; i < list.ops.size(); ++i)
        for (const ValueId input : list.ops[i].inputs)
            if (input != kNoValue)
                lastRead[static_cast<std::size_t>(input)] = static_cast<std::int32_t>(i);
    const auto keepForever = [&](ValueId id) {
        if (id != kNoValue)
            lastRead[static_cast<std::size_t>(id)] = static_cast<std::int32_t>(list.ops.size());
    };
    if (program.mode != Mode::Train)
        keepForever(program.predictions);
    keepForever(program.loss);
    // Views first: a later in-place decision must see every reader of the memory.
    for (const Op &op : list.ops)
        if (opSpec(op.kind).isView)
            root[static_cast<std::size_t>(op.outputs[0])] = root[static_cast<std::size_t>(op.inputs[0])];
    std::vector<std::vector<ValueId>> sharers(root.size());  // of each root's memory
    for (std::size_t i = 0; i < root.size(); ++i) {
        sharers[static_cast<std::size_t>(root[i])].push_back(static_cast<ValueId>(i));
        std::int32_t &last = lastRead[static_cast<std::size_t>(root[i])];
        last = std::max(last, lastRead[i]);
    }

    for (std::size_t i = 0; i < list.ops.size(); ++i) {
        const Op &op = list.ops[i];
        const int index = opSpec(op.kind).inPlaceInput;
        if (index < 0 || opSpec(op.kind).isView || op.outputs.empty() || op.outputs[0] == kNoValue)
            continue;
        const ValueId input = op.inputs[static_cast<std::size_t>(index)];
        const ValueId output = op.outputs[0];
        const ValueId source = root[static_cast<std::size_t>(input)];
        const bool lastReader = lastRead[static_cast<std::size_t>(source)] == static_cast<std::int32_t>(i);
        // The same memory must not come in through a second input too, and lives only within one step.
        const auto reads = std::count_if(op.inputs.begin(), op.inputs.end(), [&](ValueId other) {
            return other != kNoValue && root[static_cast<std::size_t>(other)] == source;
        });
        if (!lastReader || reads != 1 || !isTransient(list.value(source))
            || !isTransient(list.value(output))
            || list.value(input).type.bytes() != list.value(output).type.bytes())
            continue;
        const ValueId outputRoot = root[static_cast<std::size_t>(output)];
        std::int32_t last = lastRead[static_cast<std::size_t>(outputRoot)];
        std::vector<ValueId> &joined = sharers[static_cast<std::size_t>(source)], &joining = sharers[static_cast<std::size_t>(outputRoot)];
        for (const ValueId sharer : joining)
            root[static_cast<std::size_t>(sharer)] = source;
        joined.insert(joined.end(), joining.begin(), joining.end());
        joining.clear();
        lastRead[static_cast<std::size_t>(source)] = std::max(lastRead[static_cast<std::size_t>(source)], last);
    }
    return root;
}

std::vector<Lifetime> planLifetimes(const Program &program, std::span<const ValueId> roots)
{
    const OpList &list = program.list;
    const auto end = static_cast<std::int32_t>(list.ops.size());
    std::vector<Lifetime> lifetimes(list.values.size(), Lifetime{end, -1});
    const auto touch = [&](ValueId id, std::int32_t op) {
        if (id == kNoValue)
            return;
        Lifetime &lifetime = lifetimes[static_cast<std::size_t>(roots[static_cast<std::size_t>(id)])];
        lifetime.first = std::min(lifetime.first, op);
        lifetime.last = std::max(lifetime.last, op);
    };
    for (std::int32_t i = 0; i < end; ++i) {
        for (const ValueId id : list.ops[static_cast<std::size_t>(i)].inputs)
            touch(id, i);
        for (const ValueId id : list.ops[static_cast<std::size_t>(i)].outputs)
            touch(id, i);
    }
    // What the host reads after the step has to survive it.
    if (program.mode != Mode::Train)
        touch(program.predictions, end);
    touch(program.loss, end);
    return lifetimes;
}

}  // namespace trainyard
