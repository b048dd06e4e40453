#include <cmath>

#include "engine/optim/optimizer_list.h"

namespace trainyard {

const std::vector<OptimizerSpec> &optimizerCatalog()
{
    static const std::vector<OptimizerSpec> catalog{
#define X(Name) make##Name##Optimizer(),
        TRAINYARD_OPTIMIZERS(X)
#undef X
    };
    return catalog;
}

const OptimizerSpec *findOptimizer(std::string_view type)
{
    for (const OptimizerSpec &spec : optimizerCatalog())
        if (spec.type == type)
            return &spec;
    return nullptr;
}

Status checkOptimizer(const OptimizerConfig &config)
{
    const auto refuse = [](const char *what, const char *range, double got) {
        return fail(ErrorCode::InvalidArgument, "The {} must be {}, got {}.", what, range, got);
    };
    if (!findOptimizer(config.type)) {
        std::string names;
        for (const OptimizerSpec &spec : optimizerCatalog())
            names += (names.empty() ? "" : ", ") + spec.type;
        return fail(ErrorCode::InvalidArgument, "There is no optimizer {}. Choose one of {}.", config.type, names);
    }
    // Written so that NaN is refused as well. All members are checked, also those the optimizer does not use: they
    // would come into force with a change of type.
    if (!(config.learningRate > 0) || !std::isfinite(config.learningRate))
        return refuse("learning rate", "above 0 and finite", config.learningRate);
    if (!(config.momentum >= 0 && config.momentum < 1))
        return refuse("momentum", "at least 0 and below 1", config.momentum);
    if (!(config.beta1 >= 0 && config.beta1 < 1))
        return refuse("beta 1", "at least 0 and below 1", config.beta1);
    if (!(config.beta2 >= 0 && config.beta2 < 1))
        return refuse("beta 2", "at least 0 and below 1", config.beta2);
    if (!(config.epsilon > 0) || !std::isfinite(config.epsilon))
        return refuse("epsilon", "above 0 and finite", config.epsilon);
    if (!(config.weightDecay >= 0) || !std::isfinite(config.weightDecay))
        return refuse("weight decay", "at least 0 and finite", config.weightDecay);
    // Far within float32's range: the gradients are float32.
    const auto clips = [](double bound) { return bound == 0 || (bound >= 1e-30 && bound <= 1e30); };
    if (!clips(config.clipNorm))
        return refuse("clip norm", "0, which is off, or from 1e-30 to 1e30", config.clipNorm);
    if (!clips(config.clipValue))
        return refuse("clip value", "0, which is off, or from 1e-30 to 1e30", config.clipValue);
    if (config.type == "sgd" && config.nesterov && config.momentum == 0)
        return fail(ErrorCode::InvalidArgument, "Nesterov needs a momentum above 0, got 0. Set momentum to 0.9 or turn Nesterov off.");
    return {};
}

}  // namespace trainyard
