#include "engine/optim/optimizer_list.h"
#include "engine/optim/optimizer_settings.h"
#include "engine/optim/optimizer_state.h"

namespace trainyard {

static Status emitOps(OpBuilder &builder, const LayerSettings &settings, const UpdateGroup &group)
{
    const RmspropAttributes attributes{floatOf(settings, "alpha"), floatOf(settings, "epsilon"), floatOf(settings, "rmsprop_momentum"),
                                       group.weightDecay, settings.boolean("centered"), group.rateFactor};
    const char *states[] = {"mean_square", attributes.momentum > 0 ? "velocity" : "", attributes.centered ? "mean" : ""};
    return addUpdate(builder, OpKind::RmspropUpdate, attributes, group.tensors, states);
}

OptimizerSpec makeRmspropOptimizer()
{
    return {.type = "rmsprop",
            .title = "RMSprop",
            .summary = "Divides each step by the root of the running mean of the squared gradients. Long usual for recurrent networks; "
                       "start with a learning rate of 0.001.",
            .settings = {betaSetting("alpha", "Alpha", 0.99, "How slowly the mean of the squared gradients follows, 0 to below 1."),
                         epsilonSetting(),
                         betaSetting("rmsprop_momentum", "Momentum", 0, "How much of the last step goes on, 0 to below 1."),
                         booleanParameter("centered", "Centered", false,
                                          "Divides by the deviation of the gradients instead of their size: their mean is taken off.")},
            .emitOps = emitOps,
            .check = {}};
}

}  // namespace trainyard
