#include "engine/layers/parameter_specs.h"

namespace trainyard {

namespace {

ParameterSpec parameter(std::string key, std::string label, ParameterKind kind, ParameterValue defaultValue,
                        std::string help)
{
    ParameterSpec spec;
    spec.key = std::move(key);
    spec.label = std::move(label);
    spec.kind = kind;
    spec.defaultValue = std::move(defaultValue);
    spec.help = std::move(help);
    return spec;
}

ParameterSpec ranged(ParameterSpec spec, double minimum, double maximum)
{
    spec.minimum = minimum;
    spec.maximum = maximum;
    return spec;
}

// No dimension of a shape needs more; together they are held to kMaxSampleElements by the shape rules.
constexpr double kMaxDimension = 1 << 30;

}  // namespace

ParameterSpec integerParameter(std::string key, std::string label, std::int64_t defaultValue, std::int64_t minimum,
                               std::int64_t maximum, std::string help)
{
    return ranged(parameter(std::move(key), std::move(label), ParameterKind::Integer, defaultValue, std::move(help)),
                  static_cast<double>(minimum), static_cast<double>(maximum));
}

ParameterSpec realParameter(std::string key, std::string label, double defaultValue, double minimum, double maximum,
                            std::string help)
{
    return ranged(parameter(std::move(key), std::move(label), ParameterKind::Real, defaultValue, std::move(help)),
                  minimum, maximum);
}

ParameterSpec booleanParameter(std::string key, std::string label, bool defaultValue, std::string help)
{
    return parameter(std::move(key), std::move(label), ParameterKind::Boolean, defaultValue, std::move(help));
}

ParameterSpec choiceParameter(std::string key, std::string label, std::string defaultValue,
                              std::vector<std::string> choices, std::string help)
{
    ParameterSpec spec =
        parameter(std::move(key), std::move(label), ParameterKind::Choice, std::move(defaultValue), std::move(help));
    spec.choices = std::move(choices);
    return spec;
}

ParameterSpec pairParameter(std::string key, std::string label, std::int64_t height, std::int64_t width,
                            std::int64_t minimum, std::int64_t maximum, std::string help)
{
    ParameterSpec spec = parameter(std::move(key), std::move(label), ParameterKind::Pair,
                                   std::vector<std::int64_t>{height, width}, std::move(help));
    spec.unit = "px";
    return ranged(std::move(spec), static_cast<double>(minimum), static_cast<double>(maximum));
}

ParameterSpec shapeParameter(std::string key, std::string label, std::vector<std::int64_t> defaultValue, std::string help)
{
    return ranged(parameter(std::move(key), std::move(label), ParameterKind::IntegerList, std::move(defaultValue),
                            std::move(help)),
                  1, kMaxDimension);
}

ParameterSpec textParameter(std::string key, std::string label, std::string defaultValue,
                            std::function<std::optional<std::string>(std::string_view)> check, std::string help)
{
    ParameterSpec spec = parameter(std::move(key), std::move(label), ParameterKind::Text, std::move(defaultValue), std::move(help));
    spec.check = std::move(check);
    return spec;
}

ParameterSpec onlyWhen(ParameterSpec spec, std::string key, std::string value)
{
    spec.onlyWhenKey = std::move(key);
    spec.onlyWhenValue = std::move(value);
    return spec;
}

std::string sizesText(const std::vector<std::int64_t> &sizes)
{
    std::string text;
    for (const std::int64_t size : sizes)
        text += (text.empty() ? "" : "x") + std::to_string(size);
    return text;
}

bool hasKindOf(const ParameterSpec &spec, const ParameterValue &value)
{
    if (value.index() != spec.defaultValue.index())
        return false;
    return spec.kind != ParameterKind::Pair || std::get<std::vector<std::int64_t>>(value).size() == 2;
}

}  // namespace trainyard
