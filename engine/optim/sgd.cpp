#include "engine/optim/optimizer_list.h"
#include "engine/optim/optimizer_settings.h"
#include "engine/optim/optimizer_state.h"

namespace trainyard {

static Status emitOps(OpBuilder &builder, const LayerSettings &settings, const UpdateGroup &group)
{
    const SgdAttributes attributes{floatOf(settings, "momentum"), group.weightDecay, settings.boolean("nesterov"), group.rateFactor};
    // Without momentum there is no velocity to keep, and no memory to spend on it.
    const char *states[] = {attributes.momentum > 0 ? "velocity" : ""};
    return addUpdate(builder, OpKind::SgdUpdate, attributes, group.tensors, states);
}

OptimizerSpec makeSgdOptimizer()
{
    return {.type = "sgd",
            .title = "SGD",
            .summary = "Steps against the gradient, with momentum that carries on in a steady direction. Often the best final result "
                       "for image networks; start with a learning rate of 0.01 to 0.1.",
            .settings = {betaSetting("momentum", "Momentum", 0.9, "How much of the last step goes on, 0 to below 1."),
                         booleanParameter("nesterov", "Nesterov", false, "Looks one step ahead along the momentum.")},
            .emitOps = emitOps,
            .check = [](const LayerSettings &settings) -> Status {
                if (settings.boolean("nesterov") && settings.real("momentum") == 0)
                    return fail(Error{ErrorCode::InvalidArgument, "Nesterov needs a momentum above 0, got 0. Set momentum to 0.9 or turn Nesterov off.",
                                      "nesterov", {}});
                return {};
            }};
}

}  // namespace trainyard
