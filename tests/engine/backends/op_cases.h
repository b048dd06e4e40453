// One case of an op: attributes and inputs; and the Program that is just this op.
#pragma once

#include <functional>
#include <string>

#include "tests/engine/backends/cpu_run.h"

namespace trainyard::tests {

struct OpCase {
    OpKind kind;
    std::string name;
    OpAttributes attributes;
    std::vector<Tensor64> inputs;  // one without data is an optional input left out
    std::vector<std::size_t> mutates;
    StepScalars scalars;
    // Inputs whose gradient is compared with finite differences; empty where there is none to compare.
    std::vector<std::size_t> differentiable;
    // For ops that need what another op saved in a format of its own: emits both and returns the outputs to compare.
    std::function<Result<std::vector<ValueId>>(OpBuilder &, const std::vector<ValueId> &)> emitter;
    std::size_t lossOutput = 0;  // the output a loss is made of to compare gradients
};

struct OneOp {
    Program program;
    std::vector<ValueId> inputs;
    std::vector<ValueId> results;  // outputs and mutated inputs
};

inline std::vector<ValueId> pick(const std::vector<ValueId> &ids, const std::vector<std::size_t> &positions)
{
    std::vector<ValueId> picked;
    for (const std::size_t position : positions)
        picked.push_back(ids[position]);
    return picked;
}

// role: of the inputs that are not mutated. As activations they may be overwritten, so that the op works in place where
// its spec allows it.
inline Result<OneOp> oneOp(const OpCase &one, Role role)
{
    OneOp made;
    made.program.mode = Mode::Evaluate;
    OpBuilder builder(made.program.list);
    for (std::size_t i = 0; i < one.inputs.size(); ++i) {
        const bool mutated = std::find(one.mutates.begin(), one.mutates.end(), i) != one.mutates.end();
        const bool dataset = one.kind == OpKind::GatherRows && i != 1;
        made.inputs.push_back(one.inputs[i].data.empty() ? kNoValue
                                                         : builder.addValue(one.inputs[i].type, dataset ? Role::Dataset : mutated ? Role::Data : role,
                                                                            "input" + std::to_string(i)));
    }
    TRAINYARD_TRY(const auto outputs, one.emitter ? one.emitter(builder, made.inputs)
                                               : builder.add(one.kind, one.attributes, made.inputs, pick(made.inputs, one.mutates)));
    for (const ValueId id : outputs)
        if (id != kNoValue && builder.value(id).role != Role::Workspace)
            made.results.push_back(id);
    for (const ValueId id : pick(made.inputs, one.mutates))
        if (id != kNoValue)
            made.results.push_back(id);
    return made;
}

inline StepScalars scalarsFor(std::int64_t validRows, std::uint64_t step = 5)
{
    return {77, step, 0.05f, static_cast<std::int32_t>(validRows)};
}

}  // namespace trainyard::tests
