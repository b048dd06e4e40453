#include "engine/base/format.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace trainyard {

std::string formatBytes(std::uint64_t bytes)
{
    if (bytes < 1000)
        return fmt::format("{} B", bytes);
    static constexpr std::array kUnits{"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1000.0;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000.0;
        ++unit;
    }
    return fmt::format("{:.{}f} {}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0, kUnits[unit]);
}

std::string formatCount(std::int64_t count)
{
    std::string digits = std::to_string(count);
    const std::size_t first = count < 0 ? 1 : 0;
    for (std::size_t i = digits.size(); i > first + 3;) {
        i -= 3;
        digits.insert(i, 1, ',');
    }
    return digits;
}

std::string formatSignificant(double value)
{
    if (!std::isfinite(value) || value == 0.0)
        return fmt::format("{}", value);
    const double magnitude = std::abs(value);
    if (magnitude >= 1e6 || magnitude < 1e-4)
        return fmt::format("{:.2e}", value);
    if (magnitude >= 999.5)
        return formatCount(std::llround(value));
    int decimals = 2 - static_cast<int>(std::floor(std::log10(magnitude)));
    if (magnitude * std::pow(10.0, decimals) >= 999.5)  // 9.996 rounds up to 10.0
        --decimals;
    return fmt::format("{:.{}f}", value, decimals < 0 ? 0 : decimals);
}

std::string formatDuration(double seconds)
{
    constexpr double kLongest = 1e12;  // beyond it, and beyond what an integer holds, no duration is meant
    if (!(seconds >= 0 && seconds < kLongest))
        return "unknown";
    // Each unit ends where its rounded number would be the next one's first.
    if (seconds < 0.9995e-3)
        return fmt::format("{:.0f} us", seconds * 1e6);
    if (seconds < 0.9995)
        return fmt::format("{} ms", formatSignificant(seconds * 1e3));
    if (seconds < 59.95)
        return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 3600)
        return fmt::format("{}:{:02}", whole / 60, whole % 60);
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string formatPercent(double share)
{
    return std::isfinite(share) ? fmt::format("{:.1f} %", share * 100.0) : std::string("unknown");
}

}  // namespace trainyard
