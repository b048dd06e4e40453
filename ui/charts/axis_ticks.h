// Round ticks and the words for numbers on charts: SI units for bytes and counts, percent for shares, thousands
// separators. Pure functions.
#pragma once

#include <vector>

#include <QString>

namespace trainyard::ui {

enum class ValueKind {
    Plain,    // a loss, a learning rate
    Count,    // steps, samples per second
    Bytes,
    Percent,  // 0 to 100
    Share,    // 0 to 1, shown as percent: accuracy
};

// From the unit of the series; accuracies carry none and are known by their title.
ValueKind valueKindOf(const QString &unit, const QString &title);

// "1.95 GB", "98.4 %", "41,200 samples/s", "0.0833"; "not a number", "infinite" as they are.
QString valueText(double value, ValueKind kind, const QString &unit = {});

// 1, 2 or 5 times a power of ten: the distance that gives about `wanted` ticks over the range (high > low).
double roundSpacing(double low, double high, int wanted);
// The multiples of spacing within the range, in order.
std::vector<double> roundTicks(double low, double high, double spacing);
// For a logarithmic axis, 0 < low < high: decades, or 1-2-5 steps where few decades are in sight, or round ticks where
// it is less than that.
std::vector<double> logTicks(double low, double high, int wanted);

// With as many decimals as it takes to tell ticks `spacing` apart: "0.25", "40,000", "1.5 GB", "80 %".
QString tickText(double tick, double spacing, ValueKind kind);

}  // namespace trainyard::ui
