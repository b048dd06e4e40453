#include <charconv>

#include "engine/base/format.h"
#include "engine/train/schedules/schedule.h"

namespace trainyard {

namespace {

// Any run of digits is a number; between them stand commas and blanks.
std::optional<std::vector<std::int64_t>> parseCounts(std::string_view text)
{
    std::vector<std::int64_t> counts;
    const char *at = text.data(), *end = at + text.size();
    while (at != end) {
        if (*at == ' ' || *at == ',') {
            ++at;
            continue;
        }
        std::int64_t number = 0;
        const auto [stop, error] = std::from_chars(at, end, number);
        if (error != std::errc{} || (stop != end && *stop != ' ' && *stop != ','))
            return std::nullopt;
        counts.push_back(number);
        at = stop;
    }
    return counts.empty() ? std::nullopt : std::optional(counts);
}

}  // namespace

tl::expected<ParameterValue, std::string> parseScheduleSetting(const ParameterSpec &setting, std::string_view text)
{
    if (setting.kind == ParameterKind::IntegerList) {
        if (auto counts = parseCounts(text))
            return ParameterValue(std::move(*counts));
        return tl::unexpected(fmt::format("{} takes numbers in order, such as 30, 60, 80, got {}.", setting.label, text.empty() ? "nothing" : text));
    }
    if (setting.kind == ParameterKind::Choice && setting.choices.empty())
        return ParameterValue(std::string(text));
    return parseParameter(setting, text);
}

std::string scheduleSettingText(const ParameterSpec &setting, const ParameterValue &value)
{
    if (setting.kind == ParameterKind::IntegerList)
        return fmt::format("{}", fmt::join(std::get<std::vector<std::int64_t>>(value), ", "));
    return parameterText(setting, value);
}

}  // namespace trainyard
