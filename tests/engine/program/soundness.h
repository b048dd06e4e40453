// What holds for every Program, whatever passes have gone over it.
#pragma once

#include <algorithm>
#include <set>
#include <string>

#include "engine/program/program.h"

namespace trainyard::tests {

inline bool isOfTheUpdate(OpKind kind)
{
    return opSpec(kind).inputsPerTensor > 0 || kind == OpKind::ClipGradients || kind == OpKind::UnscaleGradients || kind == OpKind::UpdateLossScale;
}

// Every value is written before it is read, at most once, and the phases are where the program says. Empty: sound.
inline std::string unsoundness(const Program &program)
{
    std::set<ValueId> written;
    for (std::size_t i = 0; i < program.list.values.size(); ++i) {
        const Role role = program.list.values[i].role;
        if (role == Role::Dataset || role == Role::Parameter || role == Role::State || role == Role::OptimizerState || role == Role::Metric
            || static_cast<ValueId>(i) == program.indices)
            written.insert(static_cast<ValueId>(i));
    }
    for (std::size_t i = 0; i < program.list.ops.size(); ++i) {
        const Op &op = program.list.ops[i];
        const std::string name = opSpec(op.kind).name;
        for (const ValueId input : op.inputs)
            if (input != kNoValue && !written.contains(input))
                return name + " reads what nobody has written";
        for (const ValueId changed : op.mutates)
            if (std::find(op.inputs.begin(), op.inputs.end(), changed) == op.inputs.end())
                return name + " changes what it does not read";
        for (const ValueId output : op.outputs)
            if (output != kNoValue && !written.insert(output).second)
                return name + " writes what is written already";
        const bool either = op.kind == OpKind::AccumulateGradients;  // a step's first batches end with it, its last one goes on
        if (!either && isOfTheUpdate(op.kind) != (i >= program.updateBegin))
            return name + " is in the wrong phase";
        const bool startsBackward = op.kind == OpKind::SoftmaxCrossEntropyGrad || op.kind == OpKind::MeanSquaredErrorGrad;
        if (startsBackward && i != program.backwardBegin)
            return "the backward phase begins elsewhere than with " + name;
    }
    if (program.backwardBegin > program.updateBegin || program.updateBegin > program.list.ops.size())
        return "the phases are out of order";
    for (const ValueId needed : {program.mode == Mode::Train ? kNoValue : program.predictions, program.mode == Mode::Predict ? kNoValue : program.loss})
        if (needed != kNoValue && !written.contains(needed))
            return "predictions or loss are never written";
    return {};
}

}  // namespace trainyard::tests
