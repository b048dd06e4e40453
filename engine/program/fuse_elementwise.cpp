// Joins elementwise ops that feed each other into one elementwise_chain: each value is read once and written once, and one
// launch does the work of several. For devices where a launch costs more than the arithmetic in it.
//
// Ops of one phase and device are joined along the values between them, as long as the whole can run where its last op stood: whoever
// else reads one of its values must come after that. Values others read are outputs of the chain, the rest is never stored.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "engine/ops/elementwise_instructions.h"
#include "engine/program/build.h"
#include "engine/tensor/low_precision.h"

namespace trainyard {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

struct Group {
    std::set<std::size_t> ops;    // positions in the list
    std::set<std::size_t> views;  // reshapes between them, which go too
};

// What a group reads and leaves.
struct Borders {
    std::vector<ValueId> inputs, outputs;
    std::size_t instructions = 0;
};

class Fusion {
public:
    explicit Fusion(Program &program)
        : m_program(program), m_list(program.list), m_producers(m_list.values.size(), kNone), m_readers(m_list.values.size()),
          m_groupOf(m_list.ops.size(), kNone)
    {
        for (std::size_t i = 0; i < m_list.ops.size(); ++i) {
            for (const ValueId input : m_list.ops[i].inputs)
                if (input != kNoValue)
                    m_readers[index(input)].insert(i);
            for (const ValueId output : m_list.ops[i].outputs)
                if (output != kNoValue)
                    m_producers[index(output)] = i;
        }
        for (const ValueId kept : {program.predictions, program.loss})
            if (kept != kNoValue)
                m_readers[index(kept)].insert(m_list.ops.size());  // the host, after all ops
    }

    void run()
    {
        for (std::size_t i = 0; i < m_list.ops.size(); ++i) {
            if (!isElementwise(m_list.ops[i]))
                continue;
            m_groupOf[i] = m_groups.size();
            m_groups.push_back({{i}, {}});
            for (const ValueId input : m_list.ops[i].inputs)
                joinProducer(i, input);
        }
        replaceGroups();
    }

private:
    static std::size_t index(ValueId id) { return static_cast<std::size_t>(id); }
    std::int64_t elements(ValueId id) const { return m_list.value(id).type.shape.elements(); }
    int phase(std::size_t op) const { return op < m_program.backwardBegin ? 0 : op < m_program.updateBegin ? 1 : 2; }

    bool isElementwise(const Op &op) const
    {
        // Weights have their own cast, all together.
        const bool castsActivation = op.kind == OpKind::Cast && op.inputs.size() == 1 && m_list.value(op.inputs[0]).role == Role::Activation;
        if (!isElementwiseOp(op) && op.kind != OpKind::ElementwiseChain && !castsActivation)
            return false;
        // Gradients of parameters may lie in a layout of the device's own.
        const Value &output = m_list.value(op.outputs[0]);
        return output.role == Role::Activation && isFloat(output.type.dtype)
               && std::all_of(op.inputs.begin(), op.inputs.end(), [&](ValueId id) {
                      return isFloat(m_list.value(id).type.dtype) && elements(id) == elements(op.outputs[0]);
                  });
    }

    // The op that makes the value, seen through reshapes nobody else reads; those are added to views.
    std::size_t maker(ValueId value, std::set<std::size_t> &views) const
    {
        std::size_t producer = m_producers[index(value)];
        while (producer != kNone && m_list.ops[producer].kind == OpKind::Reshape && m_readers[index(value)].size() == 1) {
            views.insert(producer);
            value = m_list.ops[producer].inputs[0];
            producer = m_producers[index(value)];
        }
        return producer;
    }

    void joinProducer(std::size_t op, ValueId input)
    {
        std::set<std::size_t> views;
        const std::size_t producer = maker(input, views);
        if (producer == kNone || m_groupOf[producer] == kNone || m_groupOf[producer] == m_groupOf[op] || phase(producer) != phase(op)
            || m_list.ops[producer].device != m_list.ops[op].device)
            return;
        const std::size_t into = m_groupOf[producer], from = m_groupOf[op];
        Group joined = m_groups[into];
        joined.ops.insert(m_groups[from].ops.begin(), m_groups[from].ops.end());
        joined.views.insert(m_groups[from].views.begin(), m_groups[from].views.end());
        joined.views.insert(views.begin(), views.end());
        if (!bordersOf(joined))
            return;
        for (const std::size_t member : m_groups[from].ops)
            m_groupOf[member] = into;
        m_groups[into] = std::move(joined);
        m_groups[from] = {};
    }

    // The value a member reads, seen through the group's views.
    ValueId source(const Group &group, ValueId value) const
    {
        for (std::size_t producer = m_producers[index(value)]; producer != kNone && group.views.contains(producer);
             producer = m_producers[index(value)])
            value = m_list.ops[producer].inputs[0];
        return value;
    }

    // Nothing where the group cannot be one op: too large, or others need its values before its last op has run.
    std::optional<Borders> bordersOf(const Group &group) const
    {
        Borders borders;
        std::set<ValueId> made, read;
        for (const std::size_t member : group.ops) {
            const Op &op = m_list.ops[member];
            borders.instructions += instructionsIn(op);
            for (const ValueId input : op.inputs)
                if (const ValueId value = source(group, input); !made.contains(value) && read.insert(value).second)
                    borders.inputs.push_back(value);
            for (const ValueId output : op.outputs) {
                made.insert(output);
                bool outside = false;
                for (const std::size_t reader : m_readers[index(output)]) {
                    if (group.ops.contains(reader) || group.views.contains(reader))
                        continue;
                    if (reader < *group.ops.rbegin())
                        return std::nullopt;
                    outside = true;
                }
                if (outside)
                    borders.outputs.push_back(output);
            }
        }
        if (borders.inputs.size() > kMaxChainInputs || borders.outputs.size() > kMaxChainOutputs || borders.outputs.empty()
            || borders.instructions > kMostJoinedInstructions)
            return std::nullopt;
        return borders;
    }

    static std::size_t instructionsIn(const Op &op)
    {
        if (const auto *chain = std::get_if<ElementwiseChainAttributes>(&op.attributes))
            return chain->instructions.size();
        return op.kind == OpKind::Cast ? 0 : instructionsOf(op);
    }

    Op chainOf(const Group &group, Borders borders) const
    {
        // Last in, first out: the value made last may take the memory of an input that nobody needs afterwards.
        std::reverse(borders.outputs.begin(), borders.outputs.end());
        const auto reusable = std::find_if(borders.inputs.begin(), borders.inputs.end(), [&](ValueId id) {
            const auto &readers = m_readers[index(id)];
            return m_list.value(id).role == Role::Activation && m_list.value(id).type.bytes() == m_list.value(borders.outputs[0]).type.bytes()
                   && *readers.rbegin() <= *group.ops.rbegin();
        });
        if (reusable != borders.inputs.end())
            std::iter_swap(borders.inputs.begin(), reusable);

        ElementwiseChainAttributes chain;
        std::map<ValueId, std::uint8_t> registers;
        for (const ValueId input : borders.inputs)
            registers.emplace(input, static_cast<std::uint8_t>(registers.size()));
        for (const std::size_t member : group.ops) {
            const Op &op = m_list.ops[member];
            std::vector<std::uint8_t> operands;
            for (const ValueId input : op.inputs)
                operands.push_back(registers.at(source(group, input)));
            if (const auto *inner = std::get_if<ElementwiseChainAttributes>(&op.attributes)) {
                for (ElementwiseInstruction one : inner->instructions) {
                    one.a = operands[one.a];
                    one.b = operands[one.b];
                    chain.instructions.push_back(one);
                    operands.push_back(static_cast<std::uint8_t>(borders.inputs.size() + chain.instructions.size() - 1));
                }
                for (std::size_t k = 0; k < op.outputs.size(); ++k)
                    registers[op.outputs[k]] = operands[inner->results[k]];
            } else if (op.kind == OpKind::Cast) {
                registers[op.outputs[0]] = operands[0];  // the output's own type does the rounding
            } else {
                const std::uint8_t second = operands.size() > 1 ? operands[1] : std::uint8_t{0};
                registers[op.outputs[0]] = appendInstructions(op, operands[0], second, borders.inputs.size(), chain.instructions);
            }
        }
        for (const ValueId output : borders.outputs) {
            chain.results.push_back(registers.at(output));
            chain.types.push_back(m_list.value(output).type.dtype);
        }
        const Op &last = m_list.ops[*group.ops.rbegin()];
        return {OpKind::ElementwiseChain, std::move(chain), borders.inputs, borders.outputs, {}, last.layer, last.device};
    }

    void replaceGroups()
    {
        std::set<std::size_t> gone;
        for (const Group &group : m_groups) {
            if (group.ops.size() < 2)
                continue;
            const std::size_t last = *group.ops.rbegin();
            Op chain = chainOf(group, *bordersOf(group));
            gone.insert(group.views.begin(), group.views.end());
            gone.insert(group.ops.begin(), group.ops.end());
            gone.erase(last);
            m_list.ops[last] = std::move(chain);
        }
        const auto goneBefore = [&](std::size_t end) { return static_cast<std::size_t>(std::distance(gone.begin(), gone.lower_bound(end))); };
        m_program.backwardBegin -= goneBefore(m_program.backwardBegin);
        m_program.updateBegin -= goneBefore(m_program.updateBegin);
        std::size_t position = 0;
        std::erase_if(m_list.ops, [&](const Op &) { return gone.contains(position++); });
    }

    Program &m_program;
    OpList &m_list;
    std::vector<std::size_t> m_producers;            // by value
    std::vector<std::set<std::size_t>> m_readers;    // by value
    std::vector<std::size_t> m_groupOf;              // by op
    std::vector<Group> m_groups;
};

}  // namespace

void fuseElementwise(Program &program)
{
    Fusion(program).run();
}

}  // namespace trainyard
