#include "engine/optim/adam_rule.h"
#include "engine/optim/optimizer_list.h"

namespace trainyard {

OptimizerSpec makeAdamOptimizer()
{
    return {.type = "adam",
            .title = "Adam",
            .summary = "Scales each step by how large and how steady the gradients have been. A good first choice; start with a "
                       "learning rate of 0.001.",
            .settings = adamSettings(),
            .emitOps =
                [](OpBuilder &builder, const LayerSettings &settings, const UpdateGroup &group) {
                    return emitAdam(builder, settings, false, group);
                },
            .check = {}};
}

}  // namespace trainyard
