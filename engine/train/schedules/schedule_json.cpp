#include <utility>

#include <nlohmann/json.hpp>

#include "engine/train/schedules/schedule.h"

namespace trainyard {

namespace {

using Json = nlohmann::ordered_json;

std::optional<ParameterValue> valueFrom(const ParameterSpec &spec, const Json &json)
{
    const auto whole = [](const Json &item) -> std::optional<std::int64_t> {
        if (item.is_number_unsigned() ? std::in_range<std::int64_t>(item.get<std::uint64_t>()) : item.is_number_integer())
            return item.get<std::int64_t>();
        return std::nullopt;
    };
    switch (spec.kind) {
    case ParameterKind::Integer:
        if (const auto number = whole(json))
            return *number;
        return std::nullopt;
    case ParameterKind::Real: return json.is_number() ? std::optional<ParameterValue>(json.get<double>()) : std::nullopt;
    case ParameterKind::Boolean: return json.is_boolean() ? std::optional<ParameterValue>(json.get<bool>()) : std::nullopt;
    case ParameterKind::Choice:
    case ParameterKind::Text: return json.is_string() ? std::optional<ParameterValue>(json.get<std::string>()) : std::nullopt;
    case ParameterKind::Pair:
    case ParameterKind::IntegerList: {
        std::vector<std::int64_t> list;
        for (const Json &item : json.is_array() ? json : Json::array({nullptr})) {
            const auto number = whole(item);
            if (!number)
                return std::nullopt;
            list.push_back(*number);
        }
        return list.empty() ? std::nullopt : std::optional<ParameterValue>(list);
    }
    }
    return std::nullopt;
}

}  // namespace

Json scheduleToJson(const ScheduleConfig &config)
{
    Json json{{"type", config.type}};
    const auto write = [&](const std::vector<ParameterSpec> &specs) {
        for (const ParameterSpec &spec : specs)
            if (const auto found = config.settings.find(spec.key); found != config.settings.end())
                std::visit([&](const auto &value) { json[spec.key] = value; }, found->second);
    };
    if (const ScheduleSpec *spec = findSchedule(config.type))
        write(spec->settings);
    write(warmupSettings());
    return json;
}

Result<ScheduleConfig> scheduleFromJson(const Json &json)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "\"schedule\" must be an object with settings.");
    ScheduleConfig config;
    if (json.contains("type")) {
        if (!json.at("type").is_string())
            return fail(ErrorCode::InvalidFile, "The schedule's \"type\" has the value {}, which is no name.", json.at("type").dump());
        config.type = json.at("type").get<std::string>();
    }
    const ScheduleSpec *spec = findSchedule(config.type);
    if (!spec)
        return fail(ErrorCode::InvalidFile, "There is no schedule \"{}\". Its name must be one that trainyard-cli train --help lists.", config.type);
    for (const auto *specs : {&spec->settings, &warmupSettings()})
        for (const ParameterSpec &setting : *specs) {
            if (!json.contains(setting.key))
                continue;
            const auto value = valueFrom(setting, json.at(setting.key));
            if (!value)
                return fail(ErrorCode::InvalidFile, "The schedule's setting \"{}\" has the value {}, which is of the wrong kind or too large.",
                            setting.key, json.at(setting.key).dump());
            config.settings[setting.key] = *value;
        }
    return config;
}

}  // namespace trainyard
