#include "engine/optim/optimizer_list.h"
#include "engine/optim/optimizer_settings.h"
#include "engine/optim/optimizer_state.h"

namespace trainyard {

static Status emitOps(OpBuilder &builder, const LayerSettings &settings, const UpdateGroup &group)
{
    const AdagradAttributes attributes{floatOf(settings, "adagrad_epsilon"), group.weightDecay, floatOf(settings, "rate_decay"), group.rateFactor};
    constexpr const char *kStates[] = {"sum_of_squares"};
    return addUpdate(builder, OpKind::AdagradUpdate, attributes, group.tensors, kStates);
}

OptimizerSpec makeAdagradOptimizer()
{
    return {.type = "adagrad",
            .title = "Adagrad",
            .summary = "Divides each step by the root of all squared gradients so far: what seldom has a gradient takes larger steps, and "
                       "all steps get smaller. For rare features; start with a learning rate of 0.01.",
            .settings = {epsilonSetting("adagrad_epsilon", 1e-10),
                         realParameter("rate_decay", "Rate decay", 0, 0, 1, "Divides the learning rate by 1 + this times the steps done.")},
            .emitOps = emitOps,
            .check = {}};
}

}  // namespace trainyard
