#include "engine/optim/adam_rule.h"
#include "engine/optim/optimizer_list.h"

namespace trainyard {

OptimizerSpec makeAdamwOptimizer()
{
    return {"adamw",
            "AdamW",
            "Adam with the weight decay apart from the gradient, so that it shrinks all weights alike. Use it instead of "
            "Adam whenever weight decay is above zero; 0.01 is usual.",
            {"beta1", "beta2", "epsilon", "weightDecay"},
            [](OpBuilder &builder, const OptimizerConfig &config, std::span<const std::pair<ValueId, ValueId>> gradients) {
                return emitAdam(builder, config, true, gradients);
            }};
}

}  // namespace trainyard
