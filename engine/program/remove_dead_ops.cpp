// Takes out ops whose results nobody reads: what remains is needed by an update, a metric, the loss or the predictions.
#include "engine/program/build.h"

namespace trainyard {

void removeDeadOps(Program &program)
{
    OpList &list = program.list;
    std::vector<bool> wanted(list.values.size());
    const auto want = [&](ValueId id) {
        if (id != kNoValue)
            wanted[static_cast<std::size_t>(id)] = true;
    };
    if (program.mode != Mode::Train)
        want(program.predictions);
    want(program.loss);

    std::vector<Op> kept;
    std::size_t backwardRemoved = 0, forwardRemoved = 0;
    for (std::size_t i = list.ops.size(); i-- > 0;) {
        Op &op = list.ops[i];
        bool needed = !op.mutates.empty() && op.kind != OpKind::BatchNorm;
        for (const ValueId output : op.outputs)
            needed = needed || (output != kNoValue && wanted[static_cast<std::size_t>(output)]);
        if (!needed) {
            forwardRemoved += i < program.backwardBegin ? 1 : 0;
            backwardRemoved += i >= program.backwardBegin && i < program.updateBegin ? 1 : 0;
            continue;
        }
        for (const ValueId input : op.inputs)
            want(input);
        kept.push_back(std::move(op));
    }
    list.ops.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
    program.backwardBegin -= forwardRemoved;
    program.updateBegin -= forwardRemoved + backwardRemoved;
}

}  // namespace trainyard
