#include "engine/optim/adam_rule.h"

#include "engine/optim/optimizer_state.h"

namespace trainyard {

Status emitAdam(OpBuilder &builder, const OptimizerConfig &config, bool decoupled,
                std::span<const std::pair<ValueId, ValueId>> gradients)
{
    AdamAttributes attributes;
    attributes.beta1 = static_cast<float>(config.beta1);
    attributes.beta2 = static_cast<float>(config.beta2);
    attributes.epsilon = static_cast<float>(config.epsilon);
    attributes.weightDecay = static_cast<float>(config.weightDecay);
    attributes.decoupled = decoupled;
    std::vector<ValueId> inputs, mutates;
    for (const auto &[parameter, gradient] : gradients) {
        const ValueId moment1 = addOptimizerState(builder, parameter, "moment1");
        const ValueId moment2 = addOptimizerState(builder, parameter, "moment2");
        inputs.insert(inputs.end(), {parameter, gradient, moment1, moment2});
        mutates.insert(mutates.end(), {parameter, moment1, moment2});
    }
    TRAINYARD_CHECK(builder.add(OpKind::AdamUpdate, attributes, std::move(inputs), std::move(mutates)));
    return {};
}

}  // namespace trainyard
