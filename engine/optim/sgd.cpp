#include "engine/optim/optimizer_list.h"
#include "engine/optim/optimizer_state.h"

namespace trainyard {

static Status emitOps(OpBuilder &builder, const OptimizerConfig &config, std::span<const std::pair<ValueId, ValueId>> gradients)
{
    SgdAttributes attributes;
    attributes.momentum = static_cast<float>(config.momentum);
    attributes.weightDecay = static_cast<float>(config.weightDecay);
    attributes.nesterov = config.nesterov;
    std::vector<ValueId> inputs, mutates;
    for (const auto &[parameter, gradient] : gradients) {
        // Without momentum there is no velocity to keep, and no memory to spend on it.
        const ValueId velocity = config.momentum > 0 ? addOptimizerState(builder, parameter, "velocity") : kNoValue;
        inputs.insert(inputs.end(), {parameter, gradient, velocity});
        mutates.push_back(parameter);
        if (velocity != kNoValue)
            mutates.push_back(velocity);
    }
    TRAINYARD_CHECK(builder.add(OpKind::SgdUpdate, attributes, std::move(inputs), std::move(mutates)));
    return {};
}

OptimizerSpec makeSgdOptimizer()
{
    return {"sgd",
            "SGD",
            "Steps against the gradient, with momentum that carries on in a steady direction. Often the best final result "
            "for image networks; start with a learning rate of 0.01 to 0.1.",
            {"momentum", "nesterov", "weightDecay"},
            emitOps};
}

}  // namespace trainyard
