#include "engine/optim/optimizer_state.h"

namespace trainyard {

ValueId addOptimizerState(OpBuilder &builder, ValueId parameter, const char *what)
{
    // Copied: adding a value moves the list the parameter's name and type lie in.
    const TensorType type = builder.value(parameter).type;
    std::string name = fmt::format("optimizer/{}/{}", builder.value(parameter).name, what);
    // Of the parameter's layer, though the update is of none.
    const std::int32_t before = builder.layer();
    builder.setLayer(builder.value(parameter).layer);
    const ValueId state = builder.addValue(type, Role::OptimizerState, std::move(name));
    builder.setLayer(before);
    return state;
}

Status addUpdate(OpBuilder &builder, OpKind kind, OpAttributes attributes, std::span<const TrainedTensor> tensors,
                 std::span<const char *const> states, std::span<const ValueId> common)
{
    std::vector<ValueId> inputs, mutates;
    for (const TrainedTensor &tensor : tensors) {
        inputs.insert(inputs.end(), {tensor.parameter, tensor.gradient});
        mutates.push_back(tensor.parameter);
        for (const char *what : states) {
            inputs.push_back(*what ? addOptimizerState(builder, tensor.parameter, what) : kNoValue);
            if (*what)
                mutates.push_back(inputs.back());
        }
    }
    inputs.insert(inputs.end(), common.begin(), common.end());
    mutates.insert(mutates.end(), common.begin(), common.end());
    TRAINYARD_CHECK(builder.add(kind, std::move(attributes), std::move(inputs), std::move(mutates)));
    return {};
}

}  // namespace trainyard
