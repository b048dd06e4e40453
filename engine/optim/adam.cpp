#include "engine/optim/adam_rule.h"
#include "engine/optim/optimizer_list.h"

namespace trainyard {

OptimizerSpec makeAdamOptimizer()
{
    return {"adam",
            "Adam",
            "Scales each step by how large and how steady the gradients have been. A good first choice; start with a "
            "learning rate of 0.001.",
            {"beta1", "beta2", "epsilon", "weightDecay"},
            [](OpBuilder &builder, const OptimizerConfig &config, std::span<const std::pair<ValueId, ValueId>> gradients) {
                return emitAdam(builder, config, false, gradients);
            }};
}

}  // namespace trainyard
