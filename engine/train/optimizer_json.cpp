#include "engine/train/optimizer_json.h"

#include <algorithm>

#include "engine/train/json_settings.h"

namespace trainyard {

namespace {

// These were there before the table of settings was: always written, in this order, so that no file changes by being saved.
constexpr const char *kAlwaysWritten[] = {"momentum", "nesterov", "beta1", "beta2", "epsilon"};

template <typename T>
Status readAs(const nlohmann::ordered_json &json, const ParameterSpec &setting, OptimizerConfig &config)
{
    if (!json.contains(setting.key))
        return {};
    T value = std::get<T>(setting.defaultValue);
    TRAINYARD_CHECK(readSetting(json, setting.key.c_str(), value));
    config.set(setting.key, value);
    return {};
}

}  // namespace

nlohmann::ordered_json optimizerToJson(const OptimizerConfig &config)
{
    nlohmann::ordered_json json{{"type", config.type}, {"learning_rate", config.learningRate}};
    const auto write = [&](const std::string &key) { std::visit([&](const auto &value) { json[key] = value; }, config.value(key)); };
    for (const char *key : kAlwaysWritten)
        write(key);
    json["weight_decay"] = config.weightDecay;
    json["clip_norm"] = config.clipNorm;
    json["clip_value"] = config.clipValue;
    if (config.decayMatricesOnly)
        json["decay_matrices_only"] = true;
    for (const ParameterSpec &setting : optimizerSettings())
        if (config.settings.contains(setting.key) && !json.contains(setting.key))
            write(setting.key);
    return json;
}

Result<OptimizerConfig> optimizerFromJson(const nlohmann::ordered_json &json)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "\"optimizer\" must be an object with settings.");
    OptimizerConfig config;
    TRAINYARD_CHECK(readSetting(json, "type", config.type));
    TRAINYARD_CHECK(readSetting(json, "learning_rate", config.learningRate));
    TRAINYARD_CHECK(readSetting(json, "weight_decay", config.weightDecay));
    TRAINYARD_CHECK(readSetting(json, "decay_matrices_only", config.decayMatricesOnly));
    TRAINYARD_CHECK(readSetting(json, "clip_norm", config.clipNorm));
    TRAINYARD_CHECK(readSetting(json, "clip_value", config.clipValue));
    for (const ParameterSpec &setting : optimizerSettings()) {
        if (setting.kind == ParameterKind::Boolean)
            TRAINYARD_CHECK(readAs<bool>(json, setting, config));
        else if (setting.kind == ParameterKind::Integer)
            TRAINYARD_CHECK(readAs<std::int64_t>(json, setting, config));
        else
            TRAINYARD_CHECK(readAs<double>(json, setting, config));
    }
    return config;
}

}  // namespace trainyard
