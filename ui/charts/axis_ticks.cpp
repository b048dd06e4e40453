#include "ui/charts/axis_ticks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/format.h"
#include "engine/metrics/metric.h"

namespace trainyard::ui {

namespace {

constexpr QLatin1String kBytesPerSecond("bytes/s");
constexpr double kMillion = 1e6, kSmallestFixed = 1e-4;

// How many decimals tell apart numbers that are `spacing` from each other.
int decimalsFor(double spacing)
{
    if (!(spacing > 0))
        return 0;
    return std::clamp(static_cast<int>(std::ceil(-std::log10(spacing) - 1e-9)), 0, 12);
}

QString fixedText(double value, int decimals)
{
    if (decimals == 0 && std::abs(value) >= 1000)
        return QString::fromStdString(formatCount(std::llround(value)));
    return QString::number(value, 'f', decimals);
}

QString scaledText(double tick, double spacing, double scale, const QString &unit)
{
    return fixedText(tick / scale, decimalsFor(spacing / scale)) + QChar(QChar::Nbsp) + unit;
}

QString scientificText(double tick, double spacing)
{
    const double power = std::floor(std::log10(std::abs(tick)) + 1e-9);
    return QString::number(tick, 'e', std::min(decimalsFor(spacing / std::pow(10.0, power)), 3));
}

}  // namespace

ValueKind valueKindOf(const QString &unit, const QString &title)
{
    if (unit == QLatin1String("bytes") || unit == kBytesPerSecond)
        return ValueKind::Bytes;
    if (unit == QLatin1String("%"))
        return ValueKind::Percent;
    if (unit == QLatin1String("samples/s"))
        return ValueKind::Count;
    if (unit.isEmpty() && speaksOfShare(title.toStdString()))
        return ValueKind::Share;
    return ValueKind::Plain;
}

QString valueText(double value, ValueKind kind, const QString &unit)
{
    if (std::isnan(value))
        return QStringLiteral("not a number");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("infinite") : QStringLiteral("minus infinite");
    std::string text;
    switch (kind) {
    case ValueKind::Bytes: text = value < 0 ? formatSignificant(value) : formatBytes(static_cast<std::uint64_t>(value)) + (unit == kBytesPerSecond ? "/s" : ""); break;
    case ValueKind::Percent: text = formatPercent(value / 100.0); break;
    case ValueKind::Share: text = formatPercent(value); break;
    case ValueKind::Count:
    case ValueKind::Plain: text = formatSignificant(value); break;
    }
    if ((kind == ValueKind::Count || kind == ValueKind::Plain) && !unit.isEmpty())
        text += " " + unit.toStdString();
    return QString::fromStdString(text);
}

double roundSpacing(double low, double high, int wanted)
{
    const double exact = (high - low) / std::max(1, wanted);
    if (!(exact > 0) || !std::isfinite(exact))
        return 1;
    const double power = std::pow(10.0, std::floor(std::log10(exact)));
    // The nearest of 1, 2, 5 and 10 by ratio: borders at their geometric means.
    static constexpr std::array<std::pair<double, double>, 3> kUpTo{{{1.414, 1}, {3.162, 2}, {7.071, 5}}};
    for (const auto &[border, mantissa] : kUpTo)
        if (exact / power < border)
            return mantissa * power;
    return 10 * power;
}

std::vector<double> roundTicks(double low, double high, double spacing)
{
    std::vector<double> ticks;
    constexpr double kMost = 1000;
    if (!(spacing > 0) || !(high >= low) || (high - low) / spacing > kMost)
        return ticks;
    const double slack = 1e-9 * spacing;
    for (double n = std::ceil((low - slack) / spacing); n * spacing <= high + slack; ++n)
        ticks.push_back(n * spacing + 0.0);  // + 0.0: no minus zero
    return ticks;
}

std::vector<double> logTicks(double low, double high, int wanted)
{
    if (!(low > 0) || !(high > low))
        return {};
    const double decades = std::log10(high / low);
    if (decades < 0.7)
        return roundTicks(low, high, roundSpacing(low, high, wanted));
    std::vector<double> ticks;
    const int first = static_cast<int>(std::floor(std::log10(low))), last = static_cast<int>(std::ceil(std::log10(high)));
    const bool fine = decades * 3 <= wanted + 2;
    const int every = std::max(1, static_cast<int>(std::ceil(decades / std::max(1, wanted))));
    for (int power = first; power <= last; ++power) {
        // Multiples of `every`, so that the ticks stay while the view moves.
        if (((power % every) + every) % every != 0)
            continue;
        for (const double mantissa : {1.0, 2.0, 5.0}) {
            const double tick = mantissa * std::pow(10.0, power);
            if ((mantissa == 1.0 || fine) && tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9))
                ticks.push_back(tick);
        }
    }
    return ticks;
}

QString tickText(double tick, double spacing, ValueKind kind)
{
    const double magnitude = std::abs(tick);
    if (magnitude < spacing * 1e-6)
        return kind == ValueKind::Percent || kind == ValueKind::Share ? QStringLiteral("0 %") : QStringLiteral("0");
    switch (kind) {
    case ValueKind::Percent: return scaledText(tick, spacing, 1, QStringLiteral("%"));
    case ValueKind::Share: return scaledText(tick, spacing, 0.01, QStringLiteral("%"));
    case ValueKind::Bytes: {
        static constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
        std::size_t unit = 0;
        double scale = 1;
        for (; magnitude / scale >= 1000 * (1 - 1e-9) && unit + 1 < kUnits.size(); ++unit)
            scale *= 1000;
        return scaledText(tick, spacing, scale, QLatin1String(kUnits[unit]));
    }
    case ValueKind::Count:
        return magnitude >= kMillion ? scaledText(tick, spacing, kMillion, QStringLiteral("M")) : fixedText(tick, decimalsFor(spacing));
    case ValueKind::Plain: break;
    }
    if (magnitude >= kMillion || (magnitude < kSmallestFixed && spacing < kSmallestFixed))
        return scientificText(tick, spacing);
    return fixedText(tick, decimalsFor(spacing));
}

}  // namespace trainyard::ui
