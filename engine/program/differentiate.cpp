// Reverse-mode differentiation, from op to ops: walks the forward list backwards and lets each op's gradient rule emit.
#include <algorithm>

#include "engine/program/build.h"

namespace trainyard {

namespace {

// Which values a gradient has to reach: trained parameters and all that is computed from them.
std::vector<bool> valuesNeedingGradients(const OpList &list)
{
    std::vector<bool> needed(list.values.size());
    for (std::size_t i = 0; i < list.values.size(); ++i)
        needed[i] = list.values[i].role == Role::Parameter && list.values[i].trainable;
    for (const Op &op : list.ops) {
        bool any = false;
        for (const ValueId input : op.inputs)
            any = any || (input != kNoValue && needed[static_cast<std::size_t>(input)]);
        if (any && opSpec(op.kind).gradient)
            for (const ValueId output : op.outputs)
                if (output != kNoValue)
                    needed[static_cast<std::size_t>(output)] = true;
    }
    return needed;
}

// Contributions to a value that is used several times are added up.
Result<ValueId> sum(OpBuilder &builder, ValueId a, ValueId b)
{
    return builder.addOne(OpKind::Add, NoAttributes{}, {a, b});
}

}  // namespace

Status differentiate(OpBuilder &builder, std::span<const ValueId> losses, std::vector<std::pair<ValueId, ValueId>> &gradients)
{
    OpList &list = builder.list();
    const std::vector<bool> needed = valuesNeedingGradients(list);
    std::vector<ValueId> gradientOf(list.values.size(), kNoValue);
    const std::size_t forwardOps = list.ops.size();

    for (std::size_t i = forwardOps; i-- > 0;) {
        const Op op = list.ops[i];  // a copy: emitting grows the list
        const OpSpec &spec = opSpec(op.kind);
        if (!spec.gradient)
            continue;
        std::vector<ValueId> outputGradients;
        bool reached = false;
        for (const ValueId output : op.outputs) {
            const ValueId gradient = output == kNoValue ? kNoValue : gradientOf[static_cast<std::size_t>(output)];
            outputGradients.push_back(gradient);
            // The losses start the pass: their own gradient is one and is not multiplied in.
            reached = reached || gradient != kNoValue || std::find(losses.begin(), losses.end(), output) != losses.end();
        }
        // std::vector<bool> has no contiguous bools to make a span of.
        auto wanted = std::make_unique<bool[]>(op.inputs.size());
        bool anyWanted = false;
        for (std::size_t k = 0; k < op.inputs.size(); ++k) {
            wanted[k] = op.inputs[k] != kNoValue && needed[static_cast<std::size_t>(op.inputs[k])];
            anyWanted = anyWanted || wanted[k];
        }
        if (!reached || !anyWanted)
            continue;
        builder.setLayer(op.layer);
        std::vector<ValueId> inputGradients(op.inputs.size(), kNoValue);
        GradientContext context(builder, op, outputGradients, std::span(wanted.get(), op.inputs.size()), inputGradients);
        TRAINYARD_CHECK(spec.gradient(context));
        for (std::size_t k = 0; k < op.inputs.size(); ++k) {
            if (!wanted[k] || inputGradients[k] == kNoValue)
                continue;
            ValueId &slot = gradientOf[static_cast<std::size_t>(op.inputs[k])];
            if (slot == kNoValue) {
                slot = inputGradients[k];
            } else {
                TRAINYARD_TRY(slot, sum(builder, slot, inputGradients[k]));
            }
        }
    }
    for (std::size_t i = 0; i < gradientOf.size(); ++i) {
        if (gradientOf[i] == kNoValue || list.values[i].role != Role::Parameter)
            continue;
        Value &gradient = list.value(gradientOf[i]);
        gradient.role = Role::Gradient;
        gradient.layer = list.values[i].layer;
        gradients.emplace_back(static_cast<ValueId>(i), gradientOf[i]);
    }
    return {};
}

}  // namespace trainyard
