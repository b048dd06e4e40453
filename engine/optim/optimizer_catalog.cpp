#include <algorithm>
#include <cmath>

#include "engine/optim/optimizer_list.h"

namespace trainyard {

namespace {

const ParameterSpec *findSetting(std::string_view key)
{
    for (const ParameterSpec &setting : optimizerSettings())
        if (setting.key == key)
            return &setting;
    return nullptr;
}

}  // namespace

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

const std::vector<ParameterSpec> &optimizerSettings()
{
    static const std::vector<ParameterSpec> all = [] {
        std::vector<ParameterSpec> settings;
        for (const OptimizerSpec &spec : optimizerCatalog())
            for (const ParameterSpec &setting : spec.settings)
                if (std::none_of(settings.begin(), settings.end(), [&](const ParameterSpec &known) { return known.key == setting.key; }))
                    settings.push_back(setting);
        return settings;
    }();
    return all;
}

void OptimizerConfig::set(const std::string &key, const ParameterValue &value)
{
    const ParameterSpec *setting = findSetting(key);
    const auto *whole = std::get_if<std::int64_t>(&value);
    const ParameterValue fitting = setting && setting->kind == ParameterKind::Real && whole ? static_cast<double>(*whole) : value;
    if (setting && setting->defaultValue == fitting)
        settings.erase(key);
    else
        settings[key] = fitting;
}

const ParameterValue &OptimizerConfig::value(const std::string &key) const
{
    return LayerSettings(optimizerSettings(), settings).value(key);
}

Status checkOptimizer(const OptimizerConfig &config)
{
    const auto refuse = [](const char *key, const char *what, const char *range, double got) {
        return fail(Error{ErrorCode::InvalidArgument, fmt::format("The {} must be {}, got {}.", what, range, got), key, {}});
    };
    const OptimizerSpec *spec = findOptimizer(config.type);
    if (!spec) {
        std::string names;
        for (const OptimizerSpec &known : optimizerCatalog())
            names += (names.empty() ? "" : ", ") + known.type;
        return fail(ErrorCode::InvalidArgument, "There is no optimizer {}. Choose one of {}.", config.type, names);
    }
    // Written so that NaN is refused as well.
    if (!(config.learningRate > 0) || !std::isfinite(config.learningRate))
        return refuse("learning_rate", "learning rate", "above 0 and finite", config.learningRate);
    if (!(config.weightDecay >= 0) || !std::isfinite(config.weightDecay))
        return refuse("weight_decay", "weight decay", "at least 0 and finite", config.weightDecay);
    // Far within float32's range: the gradients are float32.
    const auto clips = [](double bound) { return bound == 0 || (bound >= 1e-30 && bound <= 1e30); };
    if (!clips(config.clipNorm))
        return refuse("clip_norm", "clip norm", "0, which is off, or from 1e-30 to 1e30", config.clipNorm);
    if (!clips(config.clipValue))
        return refuse("clip_value", "clip value", "0, which is off, or from 1e-30 to 1e30", config.clipValue);
    // All that are set, also those the optimizer does not use: they would come into force with a change of type.
    for (const auto &[key, value] : config.settings) {
        const ParameterSpec *setting = findSetting(key);
        if (!setting)
            return fail(ErrorCode::InvalidArgument, "No optimizer has a setting {}.", key);
        if (const auto message = checkParameter(*setting, value))
            return fail(Error{ErrorCode::InvalidArgument, *message, key, {}});
    }
    return spec->check ? spec->check(LayerSettings(spec->settings, config.settings)) : Status();
}

Status emitUpdate(OpBuilder &builder, const OptimizerConfig &config, const UpdateGroup &group)
{
    const OptimizerSpec &spec = *findOptimizer(config.type);
    return spec.emitOps(builder, LayerSettings(spec.settings, config.settings), group);
}

}  // namespace trainyard
