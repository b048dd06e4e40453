#include "app/cli/settings_reference.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

std::string rangeText(const ParameterSpec &parameter)
{
    if (!parameter.choices.empty()) {
        std::string text;
        for (const std::string &choice : parameter.choices)
            text += (text.empty() ? "" : " | ") + choice;
        return text;
    }
    const bool low = std::isfinite(parameter.minimum), high = std::isfinite(parameter.maximum);
    if (!low && !high)
        return "";
    if (low && high)
        return formatSignificant(parameter.minimum) + " to " + formatSignificant(parameter.maximum);
    return low ? "at least " + formatSignificant(parameter.minimum) : "at most " + formatSignificant(parameter.maximum);
}

}  // namespace

nlohmann::ordered_json settingsJson(const std::vector<ParameterSpec> &settings)
{
    auto list = nlohmann::ordered_json::array();
    for (const ParameterSpec &setting : settings)
        list.push_back({{"key", setting.key}, {"label", setting.label}, {"default", parameterText(setting, setting.defaultValue)},
                        {"range", rangeText(setting)}, {"unit", setting.unit}, {"help", setting.help}});
    return list;
}

void printSettings(const std::vector<ParameterSpec> &settings)
{
    for (const ParameterSpec &setting : settings) {
        const std::string range = rangeText(setting);
        std::printf("\n  %s = %s%s%s%s\n      %s\n", setting.key.c_str(), parameterText(setting, setting.defaultValue).c_str(),
                    range.empty() ? "" : "   (", range.c_str(), range.empty() ? "" : ")", setting.help.c_str());
    }
}

}  // namespace trainyard::cli
