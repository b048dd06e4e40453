// The last minutes of one of the machine's counters. Plain value, UI thread.
#pragma once

#include <deque>
#include <optional>

#include <QString>

namespace trainyard::ui {

struct CounterHistory {
    static constexpr qint64 kKeptMs = 5 * 60 * 1000;
    // A counter that has said nothing for so long is not known now, whatever it said before.
    static constexpr qint64 kStaleMs = 15'000;

    struct Reading {
        qint64 timeMs = 0;  // since 1970 UTC
        double value = 0;
    };

    QString unit;  // "%", "bytes", "W", ...
    std::deque<Reading> readings;

    void append(qint64 timeMs, double value)
    {
        readings.push_back({timeMs, value});
        while (readings.front().timeMs < timeMs - kKeptMs)
            readings.pop_front();
    }

    std::optional<double> current(qint64 nowMs) const
    {
        if (readings.empty() || nowMs - readings.back().timeMs > kStaleMs)
            return std::nullopt;
        return readings.back().value;
    }
};

}  // namespace trainyard::ui
