#include "engine/optim/adam_rule.h"
#include "engine/optim/optimizer_list.h"

namespace trainyard {

OptimizerSpec makeAdamwOptimizer()
{
    return {.type = "adamw",
            .title = "AdamW",
            .summary = "Adam with the weight decay apart from the gradient, so that it shrinks all weights alike. Use it instead of "
                       "Adam whenever weight decay is above zero; 0.01 is usual.",
            .settings = adamSettings(),
            .emitOps =
                [](OpBuilder &builder, const LayerSettings &settings, const UpdateGroup &group) {
                    return emitAdam(builder, settings, true, group);
                },
            .check = {}};
}

}  // namespace trainyard
