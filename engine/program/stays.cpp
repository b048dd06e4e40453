#include "engine/program/stays.h"

#include <algorithm>

namespace trainyard {

namespace {

// The device of the first op that the rule finds for a value; -1: none.
template <typename Rule>
void settle(const Program &program, Homes &homes, Rule valuesOf)
{
    for (const Op &op : program.list.ops)
        for (const ValueId id : valuesOf(op))
            if (id != kNoValue && isTrainedState(program.list.value(id)))
                homes.try_emplace(program.list.value(id).name, op.device);
}

}  // namespace

bool isTrainedState(const Value &value)
{
    return value.role == Role::Parameter || value.role == Role::State || value.role == Role::OptimizerState;
}

Homes homesOf(std::span<const Program *const> programs)
{
    Homes homes;
    for (const Program *program : programs)
        settle(*program, homes, [](const Op &op) -> const std::vector<ValueId> & { return op.mutates; });
    for (const Program *program : programs)
        settle(*program, homes, [](const Op &op) -> const std::vector<ValueId> & { return op.inputs; });
    return homes;
}

Stays::Stays(const Program &program, const std::vector<Stretch> &stretches, const Homes &homes)
    : m_program(program), m_viewOp(program.list.values.size(), -1), m_home(program.list.values.size(), 0),
      m_valid(program.list.values.size(), std::vector<bool>(program.devices.size())), m_before(stretches.size())
{
    for (std::size_t i = 0; i < program.list.ops.size(); ++i)
        if (const Op &op = program.list.ops[i]; opSpec(op.kind).isView)
            m_viewOp[static_cast<std::size_t>(op.outputs[0])] = static_cast<std::int32_t>(i);
    walk(stretches, homes);
    assignPlaces();
}

// The value whose memory this one has on a device: its own, or that of what it is a view of.
ValueId Stays::storage(std::int32_t device, ValueId value) const
{
    for (;;) {
        const std::int32_t view = m_viewOp[static_cast<std::size_t>(value)];
        if (view < 0 || m_program.list.ops[static_cast<std::size_t>(view)].device != device)
            return value;
        value = m_program.list.ops[static_cast<std::size_t>(view)].inputs[0];
    }
}

Stay &Stays::stay(std::int32_t device, ValueId value)
{
    return m_stays[{device, storage(device, value)}];
}

void Stays::touch(std::int32_t device, ValueId value, std::size_t stretch)
{
    const auto [found, fresh] = m_stays.try_emplace({device, storage(device, value)}, Stay{stretch, stretch});
    found->second.outlives = found->second.outlives || found->second.last != stretch;
    found->second.last = stretch;  // the walk only goes forward
}

void Stays::cross(ValueId value, std::int32_t from, std::int32_t to, std::size_t stretch, std::vector<Crossing> &crossings)
{
    for (const std::int32_t device : {from, to}) {
        touch(device, value, stretch);
        stay(device, value).outlives = true;
    }
    crossings.push_back({value, from, to});
    m_valid[static_cast<std::size_t>(value)][static_cast<std::size_t>(to)] = true;
}

void Stays::arrive(const Op &op, std::int32_t device, std::size_t stretch)
{
    for (const ValueId input : op.inputs) {
        if (input == kNoValue || m_program.list.value(input).role == Role::Dataset)
            continue;
        const auto &valid = m_valid[static_cast<std::size_t>(input)];
        if (!valid[static_cast<std::size_t>(device)]) {
            // Where it was made, unless it was changed elsewhere since.
            std::int32_t from = home(input);
            if (!valid[static_cast<std::size_t>(from)])
                from = static_cast<std::int32_t>(std::find(valid.begin(), valid.end(), true) - valid.begin());
            cross(input, from, device, stretch, m_before[stretch]);
        }
        touch(device, input, stretch);
    }
}

void Stays::walk(const std::vector<Stretch> &stretches, const Homes &homes)
{
    const OpList &list = m_program.list;
    for (std::size_t i = 0; i < list.values.size(); ++i) {
        const auto home = homes.find(list.values[i].name);
        if (isTrainedState(list.values[i]) && home != homes.end())
            m_home[i] = home->second;
        if (static_cast<ValueId>(i) == m_program.indices)
            m_valid[i].assign(m_program.devices.size(), true);  // the host writes them wherever a batch is gathered
        else if (isTrainedState(list.values[i]))
            m_valid[i][static_cast<std::size_t>(m_home[i])] = true;
    }
    if (m_program.features != kNoValue && list.value(m_program.features).role == Role::Data)
        for (const Op &op : list.ops)
            if (op.kind == OpKind::GatherRows && op.inputs[0] == m_program.features) {  // samples that the host writes where they are gathered
                m_home[static_cast<std::size_t>(m_program.features)] = op.device;
                m_valid[static_cast<std::size_t>(m_program.features)][static_cast<std::size_t>(op.device)] = true;
            }
    for (const Op &op : list.ops)
        for (const ValueId changed : op.mutates)
            if (list.value(changed).role == Role::Metric) {
                m_home[static_cast<std::size_t>(changed)] = op.device;
                m_valid[static_cast<std::size_t>(changed)].assign(m_program.devices.size(), false);
                m_valid[static_cast<std::size_t>(changed)][static_cast<std::size_t>(op.device)] = true;
            }

    for (std::size_t s = 0; s < stretches.size(); ++s) {
        const std::int32_t device = stretches[s].device;
        const auto made = [&](ValueId id) {
            auto &valid = m_valid[static_cast<std::size_t>(id)];
            valid.assign(valid.size(), false);
            valid[static_cast<std::size_t>(device)] = true;
            touch(device, id, s);
        };
        for (const std::size_t index : stretches[s].ops) {
            const Op &op = list.ops[index];
            arrive(op, device, s);
            for (const ValueId output : op.outputs)
                if (output != kNoValue) {
                    m_home[static_cast<std::size_t>(output)] = device;
                    made(output);
                }
            for (const ValueId changed : op.mutates)
                made(changed);
        }
    }

    const std::size_t end = stretches.size();
    for (std::size_t i = 0; i < list.values.size(); ++i) {
        const auto id = static_cast<ValueId>(i);
        if (!isTrainedState(list.values[i]) || m_valid[i][static_cast<std::size_t>(m_home[i])])
            continue;
        const auto from = static_cast<std::int32_t>(std::find(m_valid[i].begin(), m_valid[i].end(), true) - m_valid[i].begin());
        cross(id, from, m_home[i], end, m_after);
    }
    // What the host reads after the step.
    for (const ValueId id : {m_program.loss, m_program.mode == Mode::Train ? kNoValue : m_program.predictions})
        if (id != kNoValue)
            touch(home(id), id, end);
}

const Stay *Stays::find(std::int32_t device, ValueId value) const
{
    const auto found = m_stays.find({device, storage(device, value)});
    return found == m_stays.end() ? nullptr : &found->second;
}

// Values that outlive a stretch take numbered places; those that are never there together share one, the largest first. The
// programs of an arena never run together either, so they share the places by their numbers.
void Stays::assignPlaces()
{
    struct Kept {
        std::int32_t device;
        std::uint64_t bytes;
        Stay *stay;
    };
    std::vector<Kept> kept;
    for (auto &[where, stay] : m_stays) {
        const Value &value = m_program.list.value(where.second);
        // Trained state is one memory by its own name, and the indices belong to the part that gathers.
        stay.kept = (stay.outlives || value.role == Role::Metric) && !isTrainedState(value) && where.second != m_program.indices;
        // Metrics count on from step to step, and are read together whichever part adds to them.
        if (stay.kept && value.role != Role::Metric)
            kept.push_back({where.first, value.type.bytes(), &stay});
    }
    std::stable_sort(kept.begin(), kept.end(), [](const Kept &a, const Kept &b) { return a.bytes > b.bytes; });
    std::map<std::int32_t, std::vector<std::vector<const Stay *>>> placesOf;  // by device
    for (const Kept &each : kept) {
        auto &places = placesOf[each.device];
        const auto isFree = [&](const std::vector<const Stay *> &guests) {
            return std::none_of(guests.begin(), guests.end(), [&](const Stay *guest) {
                return guest->first <= each.stay->last && each.stay->first <= guest->last;
            });
        };
        auto place = std::find_if(places.begin(), places.end(), isFree);
        if (place == places.end())
            place = places.insert(places.end(), std::vector<const Stay *>());
        place->push_back(each.stay);
        each.stay->place = static_cast<std::int32_t>(place - places.begin());
    }
}

}  // namespace trainyard
