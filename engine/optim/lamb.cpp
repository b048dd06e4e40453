#include "engine/optim/optimizer_list.h"
#include "engine/optim/optimizer_settings.h"
#include "engine/optim/optimizer_state.h"

namespace trainyard {

static Status emitOps(OpBuilder &builder, const LayerSettings &settings, const UpdateGroup &group)
{
    const LambAttributes attributes{floatOf(settings, "beta1"), floatOf(settings, "beta2"), floatOf(settings, "lamb_epsilon"), group.weightDecay,
                                    group.rateFactor};
    constexpr const char *kStates[] = {"moment1", "moment2"};
    return addUpdate(builder, OpKind::LambUpdate, attributes, group.tensors, kStates);
}

OptimizerSpec makeLambOptimizer()
{
    return {.type = "lamb",
            .title = "LAMB",
            .summary = "AdamW whose step in each tensor is as large as its weights allow, so that batches of thousands of rows train. "
                       "Start with a learning rate of 0.002 and raise it with the root of the batch size.",
            .settings = {beta1Setting(), beta2Setting(), epsilonSetting("lamb_epsilon", 1e-6)},
            .emitOps = emitOps,
            .check = {}};
}

}  // namespace trainyard
