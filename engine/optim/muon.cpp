#include "engine/optim/adam_rule.h"
#include "engine/optim/optimizer_list.h"
#include "engine/optim/optimizer_settings.h"
#include "engine/optim/optimizer_state.h"

namespace trainyard {

// Jordan et al. 2024: hidden matrices by Muon, embeddings, the last layer, biases and norms by AdamW.
static Status emitOps(OpBuilder &builder, const LayerSettings &settings, const UpdateGroup &group)
{
    UpdateGroup matrices = group, others = group;
    std::erase_if(matrices.tensors, [](const TrainedTensor &tensor) { return !tensor.hidden; });
    std::erase_if(others.tensors, [](const TrainedTensor &tensor) { return tensor.hidden; });
    if (!matrices.tensors.empty()) {
        const MuonAttributes attributes{floatOf(settings, "muon_momentum"), group.weightDecay, settings.boolean("muon_nesterov"),
                                        static_cast<std::int32_t>(settings.integer("muon_iterations")), group.rateFactor};
        constexpr const char *kStates[] = {"momentum"};
        TRAINYARD_CHECK(addUpdate(builder, OpKind::MuonUpdate, attributes, matrices.tensors, kStates));
    }
    return others.tensors.empty() ? Status() : emitAdam(builder, settings, true, others);
}

OptimizerSpec makeMuonOptimizer()
{
    std::vector<ParameterSpec> settings{
        betaSetting("muon_momentum", "Momentum", 0.95, "Of the matrices: how slowly the mean of the gradients follows, 0 to below 1."),
        booleanParameter("muon_nesterov", "Nesterov", true, "Of the matrices: looks one step ahead along the momentum."),
        integerParameter("muon_iterations", "Iterations", 5, 1, 20, "Steps of Newton and Schulz that bring the singular values near 1.")};
    for (ParameterSpec &setting : adamSettings())
        settings.push_back(std::move(setting));
    return {.type = "muon",
            .title = "Muon",
            .summary = "Steps of matrices in which all directions count alike; everything else (embeddings, the last layer, biases, norms) "
                       "goes by AdamW with beta 1, beta 2 and epsilon. Quick for transformers; takes AdamW's learning rates, 0.001 to "
                       "start with, and a weight decay of 0.1.",
            .settings = std::move(settings),
            .emitOps = emitOps,
            .check = {}};
}

}  // namespace trainyard
