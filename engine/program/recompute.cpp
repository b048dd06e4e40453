#include "engine/program/recompute.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace trainyard {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Which op of the forward phase makes each value.
std::vector<std::size_t> forwardMakers(const Program &program)
{
    std::vector<std::size_t> makers(program.list.values.size(), kNone);
    for (std::size_t i = 0; i < program.backwardBegin; ++i)
        for (const ValueId output : program.list.ops[i].outputs)
            if (output != kNoValue)
                makers[static_cast<std::size_t>(output)] = i;
    return makers;
}

// A view is its source's memory: it is there again when the source is.
OpChoice withViews(const Program &program, const OpChoice &ops, const std::vector<std::size_t> &makers)
{
    OpChoice all = ops;
    for (std::size_t i = 0; i < program.backwardBegin; ++i)
        if (const Op &op = program.list.ops[i]; opSpec(op.kind).isView) {
            const std::size_t maker = makers[static_cast<std::size_t>(op.inputs[0])];
            all[i] = maker != kNone && all[maker];
        }
    return all;
}

class Recomputing {
public:
    Recomputing(const Program &program, const OpChoice &ops)
        : m_program(program), m_makers(forwardMakers(program)), m_chosen(withViews(program, ops, m_makers)), m_again(program.list.values.size(), kNoValue)
    {
        m_result.program = program;
        m_result.program.list.ops.clear();
        m_result.valueFrom.resize(program.list.values.size());
        std::iota(m_result.valueFrom.begin(), m_result.valueFrom.end(), 0);
    }

    Recomputed run()
    {
        const std::vector<Op> &ops = m_program.list.ops;
        for (std::size_t i = 0; i < ops.size(); ++i) {
            if (i == m_program.updateBegin)
                m_result.program.updateBegin = m_result.program.list.ops.size();
            Op op = ops[i];
            if (i >= m_program.backwardBegin)
                readAgain(op);
            append(std::move(op), i);
        }
        if (m_program.updateBegin == ops.size())
            m_result.program.updateBegin = m_result.program.list.ops.size();
        return std::move(m_result);
    }

private:
    void append(Op op, std::size_t from)
    {
        m_result.program.list.ops.push_back(std::move(op));
        m_result.opFrom.push_back(from);
    }

    // The chosen op that makes the value and has not run again yet.
    std::size_t missing(ValueId value) const
    {
        if (value == kNoValue || m_again[static_cast<std::size_t>(value)] != kNoValue)
            return kNone;
        const std::size_t maker = m_makers[static_cast<std::size_t>(value)];
        return maker != kNone && m_chosen[maker] ? maker : kNone;
    }

    void readAgain(Op &op)
    {
        std::set<std::size_t> needed;  // in the order of the forward pass
        std::vector<std::size_t> open;
        const auto need = [&](const Op &reader) {
            for (const ValueId input : reader.inputs)
                if (const std::size_t maker = missing(input); maker != kNone && needed.insert(maker).second)
                    open.push_back(maker);
        };
        need(op);
        while (!open.empty()) {
            const std::size_t next = open.back();
            open.pop_back();
            need(m_program.list.ops[next]);
        }
        for (const std::size_t index : needed)
            runAgain(index);
        takeAgain(op);
    }

    void takeAgain(Op &op) const
    {
        for (ValueId &input : op.inputs)
            if (input != kNoValue && m_again[static_cast<std::size_t>(input)] != kNoValue)
                input = m_again[static_cast<std::size_t>(input)];
    }

    void runAgain(std::size_t index)
    {
        Op op = m_program.list.ops[index];
        m_result.flops += opFlops(m_program.list, op);
        takeAgain(op);
        for (const ValueId changed : op.mutates)  // running statistics have been moved once
            std::replace(op.inputs.begin(), op.inputs.end(), changed, kNoValue);
        op.mutates.clear();
        OpList &list = m_result.program.list;
        for (ValueId &output : op.outputs) {
            if (output == kNoValue)
                continue;
            const ValueId again = static_cast<ValueId>(list.values.size());
            list.values.push_back(Value(m_program.list.value(output)));
            m_result.valueFrom.push_back(output);
            m_again[static_cast<std::size_t>(output)] = again;
            output = again;
        }
        append(std::move(op), index);
    }

    const Program &m_program;
    const std::vector<std::size_t> m_makers;
    const OpChoice m_chosen;
    std::vector<ValueId> m_again;  // of each value of the forward pass, the one of the second run
    Recomputed m_result;
};

}  // namespace

OpChoice repeatableOps(const Program &program)
{
    const OpList &list = program.list;
    OpChoice choice(list.ops.size());
    for (std::size_t i = 0; i < program.backwardBegin; ++i) {
        const Op &op = list.ops[i];
        const bool changesState = !op.mutates.empty() && op.kind != OpKind::BatchNorm;
        const bool ofWeights = op.kind == OpKind::Cast && list.value(op.inputs[0]).role != Role::Activation;
        const bool ofLoss = op.kind == OpKind::SoftmaxCrossEntropyWithGrad || std::find(op.outputs.begin(), op.outputs.end(), program.loss) != op.outputs.end();
        choice[i] = op.kind != OpKind::GatherRows && !opSpec(op.kind).isView && !changesState && !ofWeights && !ofLoss
                    && std::all_of(op.outputs.begin(), op.outputs.end(), [&](ValueId output) {
                           return output == kNoValue || list.value(output).role == Role::Activation || list.value(output).role == Role::Workspace;
                       });
    }
    return choice;
}

Recomputed recompute(const Program &program, const OpChoice &ops)
{
    return Recomputing(program, ops).run();
}

std::vector<Recomputed> recomputeAll(std::span<const Program *const> programs, const OpChoice &ops)
{
    std::vector<Recomputed> all;
    for (const Program *program : programs) {
        OpChoice own = program->mode == Mode::Train ? ops : OpChoice();
        own.resize(program->list.ops.size());
        all.push_back(recompute(*program, own));
    }
    return all;
}

OpChoice markedOps(const Program &program, const FlatGraph &graph)
{
    const std::vector<std::string> &names = program.layerNames;
    std::vector<bool> asked(names.size()), keepsOutput(names.size());
    for (std::size_t i = 0; i < names.size(); ++i)
        if (const Layer *layer = graph.graph.findByName(names[i])) {
            asked[i] = layer->recompute;
            keepsOutput[i] = graph.checkpoints.contains(layer->id);
        }
    // A layer's output is what its last op makes. An activation in the op before it has no op of its own any more, but its value
    // is there.
    std::vector<std::size_t> last(names.size(), kNone);
    for (std::size_t i = 0; i < program.backwardBegin; ++i) {
        const Op &op = program.list.ops[i];
        if (op.layer >= 0)
            last[static_cast<std::size_t>(op.layer)] = i;
        for (const ValueId output : op.outputs)
            if (output != kNoValue && program.list.value(output).layer >= 0)
                last[static_cast<std::size_t>(program.list.value(output).layer)] = i;
    }
    OpChoice choice = repeatableOps(program);
    for (std::size_t i = 0; i < program.backwardBegin; ++i) {
        const std::int32_t layer = program.list.ops[i].layer;
        choice[i] = choice[i] && layer >= 0 && asked[static_cast<std::size_t>(layer)];
    }
    for (std::size_t layer = 0; layer < names.size(); ++layer)
        if (keepsOutput[layer] && last[layer] != kNone)
            choice[last[layer]] = false;
    return choice;
}

}  // namespace trainyard
