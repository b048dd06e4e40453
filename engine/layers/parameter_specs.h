// Short ways to declare a layer's settings.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

ParameterSpec integerParameter(std::string key, std::string label, std::int64_t defaultValue, std::int64_t minimum,
                               std::int64_t maximum, std::string help);
ParameterSpec realParameter(std::string key, std::string label, double defaultValue, double minimum, double maximum,
                            std::string help);
ParameterSpec booleanParameter(std::string key, std::string label, bool defaultValue, std::string help);
ParameterSpec choiceParameter(std::string key, std::string label, std::string defaultValue,
                              std::vector<std::string> choices, std::string help);
// Height and width, in pixels.
ParameterSpec pairParameter(std::string key, std::string label, std::int64_t height, std::int64_t width,
                            std::int64_t minimum, std::int64_t maximum, std::string help);
ParameterSpec shapeParameter(std::string key, std::string label, std::vector<std::int64_t> defaultValue, std::string help);
// check: what is wrong with a text, nothing where it is good.
ParameterSpec textParameter(std::string key, std::string label, std::string defaultValue,
                            std::function<std::optional<std::string>(std::string_view)> check, std::string help);

// The same setting, meaningful only while `key` has `value`.
ParameterSpec onlyWhen(ParameterSpec spec, std::string key, std::string value);

// "3x3", "8x8x1"
std::string sizesText(const std::vector<std::int64_t> &sizes);

// Whether the value has the alternative, and a pair the length, that the setting's kind asks for; its range is not looked at.
bool hasKindOf(const ParameterSpec &spec, const ParameterValue &value);

}  // namespace trainyard
