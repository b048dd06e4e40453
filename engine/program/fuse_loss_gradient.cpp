// Makes softmax_cross_entropy and its gradient one op where nobody else reads the probabilities: one pass over the logits
// instead of three, one launch instead of two or three, and no probabilities in memory.
#include <algorithm>

#include "engine/program/build.h"

namespace trainyard {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// The one op that reads the value; kNone where none or several do.
std::size_t onlyReader(const OpList &list, ValueId value)
{
    std::size_t reader = kNone;
    for (std::size_t i = 0; i < list.ops.size(); ++i)
        for (const ValueId input : list.ops[i].inputs)
            if (input == value) {
                if (reader != kNone)
                    return kNone;
                reader = i;
            }
    return reader;
}

}  // namespace

void fuseLossGradient(Program &program)
{
    OpList &list = program.list;
    for (std::size_t i = 0; i < list.ops.size(); ++i) {
        Op &loss = list.ops[i];
        if (loss.kind != OpKind::SoftmaxCrossEntropy)
            continue;
        const std::size_t at = onlyReader(list, loss.outputs[1]);
        if (at == kNone || list.ops[at].kind != OpKind::SoftmaxCrossEntropyGrad || list.ops[at].inputs[1] != loss.inputs[1]
            || list.ops[at].attributes != loss.attributes || list.ops[at].device != loss.device)
            continue;
        std::size_t last = at;
        ValueId lossScale = kNoValue;
        if (const std::size_t next = onlyReader(list, list.ops[at].outputs[0]); next != kNone && list.ops[next].kind == OpKind::ScaleGradient) {
            last = next;
            lossScale = list.ops[next].inputs[1];
        }
        const ValueId gradient = list.ops[last].outputs[0];
        if (list.value(gradient).type != list.value(loss.inputs[0]).type)
            continue;
        loss.kind = OpKind::SoftmaxCrossEntropyWithGrad;
        loss.outputs[1] = gradient;
        if (lossScale != kNoValue || loss.inputs.size() > 2)
            loss.inputs.insert(loss.inputs.begin() + 2, lossScale);  // before the weights of the classes
        const auto drop = [&](std::size_t op) {
            list.ops.erase(list.ops.begin() + static_cast<std::ptrdiff_t>(op));
            program.backwardBegin -= op < program.backwardBegin ? 1 : 0;
            program.updateBegin -= op < program.updateBegin ? 1 : 0;
        };
        if (last != at)
            drop(last);
        drop(at);
    }
}

}  // namespace trainyard
