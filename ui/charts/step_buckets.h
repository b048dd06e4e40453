// Many points in few, with nothing lost that the eye could see: each bucket of steps keeps its first, smallest, largest
// and last value, and how many values could not be drawn. Pure.
//
// Buckets begin at whole multiples of their width, not at the edge of the view: a live or moving curve does not shimmer,
// and of a growing curve only the last bucket changes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace trainyard::ui {

struct StepValue {
    double step = 0, value = 0;
};

struct StepBucket {
    double index = 0;                  // floor(step / width)
    double firstStep = 0;              // of any value, also one that cannot be drawn
    std::int64_t drawable = 0;         // values that can be drawn; 0: the four below mean nothing
    StepValue first, smallest, largest, last;
    std::int64_t notFinite = 0;        // NaN and infinite values
    std::int64_t notPositive = 0;      // only counted (and kept out of the four) where positiveOnly
};

// A power of two, so that zooming and growing keep it for long: the smallest that gives at most `most` buckets.
double bucketWidth(double range, int most);

// Goes on where `buckets` ends: steps ascending, `from` the first point not counted yet. With an empty list it begins.
void appendBuckets(std::vector<StepBucket> &buckets, std::span<const double> steps, std::span<const double> values,
                   std::size_t from, double width, bool positiveOnly);

// The line through the buckets, at most four points each, in order of step. A bucket without a drawable value gives one
// NaN point: a gap.
std::vector<StepValue> lineThrough(std::span<const StepBucket> buckets);

}  // namespace trainyard::ui
