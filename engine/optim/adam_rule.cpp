#include "engine/optim/adam_rule.h"

#include "engine/optim/optimizer_settings.h"
#include "engine/optim/optimizer_state.h"

namespace trainyard {

std::vector<ParameterSpec> adamSettings()
{
    return {beta1Setting(), beta2Setting(), epsilonSetting()};
}

Status emitAdam(OpBuilder &builder, const LayerSettings &settings, bool decoupled, const UpdateGroup &group)
{
    const AdamAttributes attributes{floatOf(settings, "beta1"), floatOf(settings, "beta2"), floatOf(settings, "epsilon"),
                                    group.weightDecay, decoupled, group.rateFactor};
    constexpr const char *kStates[] = {"moment1", "moment2"};
    return addUpdate(builder, OpKind::AdamUpdate, attributes, group.tensors, kStates);
}

}  // namespace trainyard
