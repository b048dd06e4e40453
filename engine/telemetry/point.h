// One measured value, small enough to travel through a lock-free ring.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

namespace trainyard {

struct Point {
    std::uint32_t series = 0;   // the number TelemetryHub::declare() gave
    std::uint32_t segment = 0;  // 0 for the first stretch of a run, +1 at each resume: steps may go back then
    std::int64_t step = 0;      // optimizer steps done
    std::int64_t timeMs = 0;    // wall clock, milliseconds since 1970 UTC
    double value = 0;           // in the series' unit; NaN and infinities are kept as they are
};
static_assert(std::is_trivially_copyable_v<Point> && sizeof(Point) == 32);

// Names are paths: "train/loss", "validation/accuracy", "memory/arena", "cpu/utilization", "throughput/samples".
struct SeriesInfo {
    std::string name;
    std::string unit;  // "", "%", "bytes", "samples/s", "ms"

    bool operator==(const SeriesInfo &) const = default;
};

// The wall clock as points and events carry it.
std::int64_t wallClockMs();

}  // namespace trainyard
