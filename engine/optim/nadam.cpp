#include "engine/optim/optimizer_list.h"
#include "engine/optim/optimizer_settings.h"
#include "engine/optim/optimizer_state.h"

namespace trainyard {

static Status emitOps(OpBuilder &builder, const LayerSettings &settings, const UpdateGroup &group)
{
    const NadamAttributes attributes{floatOf(settings, "beta1"), floatOf(settings, "beta2"), floatOf(settings, "epsilon"), group.weightDecay,
                                     floatOf(settings, "momentum_decay"), settings.boolean("decoupled_decay"), group.rateFactor};
    constexpr const char *kStates[] = {"moment1", "moment2"};
    std::string name = fmt::format("optimizer/{}/schedule", builder.value(group.tensors.front().parameter).name);
    const ValueId schedule[] = {builder.addValue({DType::F32, Shape{1}}, Role::OptimizerState, std::move(name))};
    return addUpdate(builder, OpKind::NadamUpdate, attributes, group.tensors, kStates, schedule);
}

OptimizerSpec makeNadamOptimizer()
{
    return {.type = "nadam",
            .title = "NAdam",
            .summary = "Adam with Nesterov's look ahead along the momentum; often a little quicker. Start with a learning rate of 0.002.",
            .settings = {beta1Setting(), beta2Setting(), epsilonSetting(),
                         realParameter("momentum_decay", "Momentum decay", 0.004, 0, 1,
                                       "How quickly beta 1 grows from half its value to the whole: by 1 - 0.96^(step times this) / 2."),
                         booleanParameter("decoupled_decay", "Decoupled decay", false,
                                          "Weight decay apart from the gradient, as in AdamW.")},
            .emitOps = emitOps,
            .check = {}};
}

}  // namespace trainyard
