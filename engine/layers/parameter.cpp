// Settings as values: reading with defaults, range checks, and the text a person types and sees.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/format.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

namespace {

constexpr std::size_t kMaxTextLength = 1000;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlank = " \t\r\n";
    const auto begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// "1,024" -> "1024": commas, blanks or apostrophes between groups of three digits go; anything else stays, so that
// it is refused as junk instead of being read as another number.
std::string withoutThousands(std::string_view text)
{
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool separator = text[i] == ',' || text[i] == ' ' || text[i] == '\'';
        if (!separator) {
            digits += text[i];
            continue;
        }
        std::size_t run = 0;
        while (i + 1 + run < text.size() && isDigit(text[i + 1 + run]))
            ++run;
        const bool after = !digits.empty() && isDigit(digits.back()) && digits.front() != '0';
        if (!after || run != 3)
            return std::string(text);
    }
    return digits;
}

template <typename Number>
std::optional<Number> parseNumber(std::string_view text)
{
    const std::string digits = withoutThousands(trimmed(text));
    const char *begin = digits.data(), *end = begin + digits.size();
    if (end - begin > 1 && *begin == '+' && isDigit(begin[1]))
        ++begin;
    Number number{};
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return number;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto at = text.find_first_of(separators);
        parts.push_back(trimmed(text.substr(0, at)));
        if (at == std::string_view::npos)
            return parts;
        text.remove_prefix(at + 1);
    }
}

std::optional<std::vector<std::int64_t>> parseList(std::string_view typed)
{
    std::string text(trimmed(typed));
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
        text = std::string(trimmed(std::string_view(text).substr(1, text.size() - 2)));
    for (auto at = text.find("×"); at != std::string::npos; at = text.find("×"))
        text.replace(at, std::string_view("×").size(), "x");
    std::vector<std::string_view> parts;
    if (text.find_first_of("xX*") != std::string::npos)
        parts = split(text, "xX*");
    else if (parseNumber<std::int64_t>(text))
        parts = {text};
    else if (text.find(',') != std::string::npos)
        parts = split(text, ",");
    else
        parts = split(text, " ");
    std::vector<std::int64_t> sizes;
    for (const std::string_view part : parts) {
        const auto size = parseNumber<std::int64_t>(part);
        if (!size)
            return std::nullopt;
        sizes.push_back(*size);
    }
    return sizes;
}

std::optional<bool> parseBoolean(std::string_view typed)
{
    std::string text(trimmed(typed));
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (text == "on" || text == "true" || text == "yes" || text == "1")
        return true;
    if (text == "off" || text == "false" || text == "no" || text == "0")
        return false;
    return std::nullopt;
}

std::string limitText(const ParameterSpec &spec, double limit)
{
    return spec.kind == ParameterKind::Real ? fmt::format("{}", limit) : formatCount(static_cast<std::int64_t>(limit));
}

std::string rangeText(const ParameterSpec &spec)
{
    const bool below = std::isfinite(spec.minimum), above = std::isfinite(spec.maximum);
    if (below && above)
        return fmt::format(" from {} to {}", limitText(spec, spec.minimum), limitText(spec, spec.maximum));
    if (below)
        return fmt::format(" of at least {}", limitText(spec, spec.minimum));
    return above ? fmt::format(" of at most {}", limitText(spec, spec.maximum)) : std::string();
}

std::string expectation(const ParameterSpec &spec)
{
    switch (spec.kind) {
    case ParameterKind::Integer: return "a whole number" + rangeText(spec);
    case ParameterKind::Real: return "a number" + rangeText(spec);
    case ParameterKind::Boolean: return "on or off";
    case ParameterKind::Choice: return fmt::format("one of {}", fmt::join(spec.choices, ", "));
    case ParameterKind::Pair: return fmt::format("height x width such as 3x3, each{}", rangeText(spec));
    case ParameterKind::IntegerList:
        return fmt::format("1 to {} {}, each{}", spec.mostEntries, spec.minimum < 1 ? "whole numbers such as 1x1x4" : "sizes such as 8x8x1", rangeText(spec));
    case ParameterKind::Text: return fmt::format("a text of 1 to {} characters", formatCount(kMaxTextLength));
    }
    return {};
}

std::string refusal(const ParameterSpec &spec, std::string_view got)
{
    constexpr std::size_t kShown = 40;
    if (got.size() > kShown)
        return fmt::format("{} takes {}, got a text of {} characters.", spec.label, expectation(spec), got.size());
    if (trimmed(got).empty())
        return fmt::format("{} takes {}, got nothing.", spec.label, expectation(spec));
    return fmt::format("{} takes {}, got {}.", spec.label, expectation(spec), got);
}

}  // namespace

const ParameterValue &LayerSettings::value(const std::string &key) const
{
    static const ParameterValue kNone;
    for (const ParameterSpec &spec : m_specs) {
        if (spec.key != key)
            continue;
        const auto found = m_values.find(key);
        return found != m_values.end() && hasKindOf(spec, found->second) ? found->second : spec.defaultValue;
    }
    return kNone;
}

std::optional<std::string> checkParameter(const ParameterSpec &spec, const ParameterValue &value)
{
    if (!hasKindOf(spec, value))
        return fmt::format("{} takes {}.", spec.label, expectation(spec));
    const auto inRange = [&](double number) { return number >= spec.minimum && number <= spec.maximum; };
    bool good = true;
    if (spec.kind == ParameterKind::Text && spec.check)
        if (const auto &text = std::get<std::string>(value); !text.empty() && text.size() <= kMaxTextLength)
            if (auto wrong = spec.check(text))
                return fmt::format("{}: {}", spec.label, *wrong);
    switch (spec.kind) {
    case ParameterKind::Integer: good = inRange(static_cast<double>(std::get<std::int64_t>(value))); break;
    case ParameterKind::Real: good = std::isfinite(std::get<double>(value)) && inRange(std::get<double>(value)); break;
    case ParameterKind::Boolean: break;
    case ParameterKind::Choice:
        good = std::find(spec.choices.begin(), spec.choices.end(), std::get<std::string>(value)) != spec.choices.end();
        break;
    case ParameterKind::Pair:
    case ParameterKind::IntegerList: {
        const auto &sizes = std::get<std::vector<std::int64_t>>(value);
        good = !sizes.empty() && sizes.size() <= spec.mostEntries
               && std::all_of(sizes.begin(), sizes.end(), [&](std::int64_t size) { return inRange(static_cast<double>(size)); });
        break;
    }
    case ParameterKind::Text: {
        const auto &text = std::get<std::string>(value);
        good = !trimmed(text).empty() && text.size() <= kMaxTextLength;
        break;
    }
    }
    if (good)
        return std::nullopt;
    return refusal(spec, parameterText(spec, value));
}

tl::expected<ParameterValue, std::string> parseParameter(const ParameterSpec &spec, std::string_view text)
{
    std::optional<ParameterValue> value;
    switch (spec.kind) {
    case ParameterKind::Integer:
        if (const auto number = parseNumber<std::int64_t>(text))
            value = *number;
        break;
    case ParameterKind::Real:
        if (const auto number = parseNumber<double>(text))
            value = *number;
        break;
    case ParameterKind::Boolean:
        if (const auto flag = parseBoolean(text))
            value = *flag;
        break;
    case ParameterKind::Choice:
    case ParameterKind::Text: value = std::string(trimmed(text)); break;
    case ParameterKind::Pair:
    case ParameterKind::IntegerList:
        if (auto sizes = parseList(text)) {
            if (spec.kind == ParameterKind::Pair && sizes->size() == 1)
                sizes->push_back(sizes->front());
            value = std::move(*sizes);
        }
        break;
    }
    if (!value || !hasKindOf(spec, *value))
        return tl::unexpected(refusal(spec, text));
    if (auto wrong = checkParameter(spec, *value))
        return tl::unexpected(spec.kind == ParameterKind::Text ? std::move(*wrong) : refusal(spec, trimmed(text)));
    return *value;
}

std::string parameterText(const ParameterSpec &spec, const ParameterValue &value)
{
    if (value.index() != spec.defaultValue.index())
        return {};
    switch (spec.kind) {
    case ParameterKind::Integer: return std::to_string(std::get<std::int64_t>(value));
    case ParameterKind::Real: return fmt::format("{}", std::get<double>(value));
    case ParameterKind::Boolean: return std::get<bool>(value) ? "on" : "off";
    case ParameterKind::Choice:
    case ParameterKind::Text: return std::get<std::string>(value);
    case ParameterKind::Pair:
    case ParameterKind::IntegerList: return sizesText(std::get<std::vector<std::int64_t>>(value));
    }
    return {};
}

}  // namespace trainyard
