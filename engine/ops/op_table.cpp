#include "engine/ops/op_spec.h"

namespace trainyard {

const OpSpec &opSpec(OpKind kind)
{
    switch (kind) {
#define X(Name, file) \
    case OpKind::Name: return k##Name##Op;
        TRAINYARD_OPS(X)
#undef X
    }
    return kReshapeOp;  // not reached: the switch names every kind
}

double opFlops(const OpList &list, const Op &op)
{
    std::vector<TensorType> inputs, outputs;
    for (const ValueId id : op.inputs)
        inputs.push_back(id == kNoValue ? absentType() : list.value(id).type);
    for (const ValueId id : op.outputs)
        outputs.push_back(id == kNoValue ? absentType() : list.value(id).type);
    if (const CostRule rule = opSpec(op.kind).flops)
        return rule(op.attributes, inputs, outputs);
    return outputs.empty() ? 0.0 : static_cast<double>(outputs[0].shape.elements());
}

const char *roleName(Role role)
{
    switch (role) {
    case Role::Dataset: return "dataset";
    case Role::Data: return "data";
    case Role::Parameter: return "parameters";
    case Role::State: return "state";
    case Role::OptimizerState: return "optimizer";
    case Role::Gradient: return "gradients";
    case Role::Activation: return "activations";
    case Role::Workspace: return "workspace";
    case Role::Metric: return "metrics";
    }
    return "";
}

ValueId OpBuilder::addValue(TensorType type, Role role, std::string name, bool trainable)
{
    m_list.values.push_back({std::move(type), role, std::move(name), m_layer, trainable});
    return static_cast<ValueId>(m_list.values.size()) - 1;
}

ValueId OpBuilder::addParameter(std::string name, Shape shape, ParameterInit init, bool trainable)
{
    for (const ParameterInit &present : m_inits)
        if (const Value &shared = m_list.value(present.value); shared.name == name) {
            if (shared.type.shape == shape)
                return present.value;
            if (m_sharingProblem.empty())
                m_sharingProblem = fmt::format("{} is {} where it is shared from and would be {} here. Layers that share weights need inputs "
                                               "and settings of the same sizes.",
                                               name, shared.type.shape.text(), shape.text());
        }
    const Role role = trainable ? Role::Parameter : Role::State;
    init.value = addValue({DType::F32, std::move(shape)}, role, std::move(name), trainable);
    m_inits.push_back(init);
    return init.value;
}

Result<std::vector<ValueId>> OpBuilder::add(OpKind kind, OpAttributes attributes, std::vector<ValueId> inputs,
                                            std::vector<ValueId> mutates)
{
    std::vector<TensorType> types;
    for (const ValueId id : inputs)
        types.push_back(id == kNoValue ? absentType() : m_list.value(id).type);
    TRAINYARD_TRY(const auto outputTypes, opSpec(kind).inferOutputs(attributes, types));
    Op op{kind, std::move(attributes), std::move(inputs), {}, std::move(mutates), m_layer};
    for (const OutputType &output : outputTypes)
        op.outputs.push_back(addValue(output.type, output.role));
    m_list.ops.push_back(op);
    return op.outputs;
}

Result<ValueId> OpBuilder::addOne(OpKind kind, OpAttributes attributes, std::vector<ValueId> inputs)
{
    TRAINYARD_TRY(const auto outputs, add(kind, std::move(attributes), std::move(inputs)));
    return outputs.front();
}

}  // namespace trainyard
