#include "engine/optim/optimizer_list.h"
#include "engine/optim/optimizer_settings.h"
#include "engine/optim/optimizer_state.h"

namespace trainyard {

static Status emitOps(OpBuilder &builder, const LayerSettings &settings, const UpdateGroup &group)
{
    const LionAttributes attributes{floatOf(settings, "beta1"), floatOf(settings, "lion_beta2"), group.weightDecay, group.rateFactor};
    constexpr const char *kStates[] = {"momentum"};
    return addUpdate(builder, OpKind::LionUpdate, attributes, group.tensors, kStates);
}

OptimizerSpec makeLionOptimizer()
{
    return {.type = "lion",
            .title = "Lion",
            .summary = "Steps of one size, by the sign of the momentum: half of Adam's memory. Take a third to a tenth of AdamW's learning "
                       "rate, 0.0001 to start with, and as much more weight decay.",
            .settings = {beta1Setting(),
                         betaSetting("lion_beta2", "Beta 2", 0.99, "How slowly the momentum follows the gradients, 0 to below 1.")},
            .emitOps = emitOps,
            .check = {}};
}

}  // namespace trainyard
