// The counters of a GPU: one table from which series, gauges and their limits are made.
#pragma once

#include <optional>
#include <span>

#include "engine/telemetry/gpu_reading.h"

namespace trainyard {

// The readings a counter is made of. The same one three times in the first tick.
struct GpuReadings {
    const GpuReading &first, &before, &now;
};

struct GpuCounter {
    const char *series;  // "gpu/power"
    const char *unit;    // "%", "bytes", "W", ...; of value and limit
    const char *title;   // for people: "Power"
    const char *help;    // one sentence: what is counted
    std::optional<double> (*value)(const GpuReadings &);
    std::optional<double> (*limit)(const GpuFacts &);  // the most it can be; null when nobody knows one
};

// In the order in which they are published and shown.
std::span<const GpuCounter> gpuCounters();

}  // namespace trainyard
