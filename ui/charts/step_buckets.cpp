#include "ui/charts/step_buckets.h"

#include <array>
#include <cmath>
#include <limits>

namespace trainyard::ui {

double bucketWidth(double range, int most)
{
    if (!(range > 0) || most < 1)
        return 1;
    return std::exp2(std::ceil(std::log2(range / most)));
}

void appendBuckets(std::vector<StepBucket> &buckets, std::span<const double> steps, std::span<const double> values,
                   std::size_t from, double width, bool positiveOnly)
{
    for (std::size_t i = from; i < steps.size(); ++i) {
        const StepValue point{steps[i], values[i]};
        const double index = std::floor(point.step / width);
        if (buckets.empty() || buckets.back().index != index)
            buckets.push_back({index, point.step, 0, {}, {}, {}, {}, 0, 0});
        StepBucket &bucket = buckets.back();
        if (!std::isfinite(point.value)) {
            ++bucket.notFinite;
        } else if (positiveOnly && point.value <= 0) {
            ++bucket.notPositive;
        } else {
            if (bucket.drawable++ == 0)
                bucket.first = bucket.smallest = bucket.largest = point;
            if (point.value < bucket.smallest.value)
                bucket.smallest = point;
            if (point.value > bucket.largest.value)
                bucket.largest = point;
            bucket.last = point;
        }
    }
}

std::vector<StepValue> lineThrough(std::span<const StepBucket> buckets)
{
    std::vector<StepValue> line;
    line.reserve(buckets.size() * 4);
    for (const StepBucket &bucket : buckets) {
        if (bucket.drawable == 0) {
            line.push_back({bucket.firstStep, std::numeric_limits<double>::quiet_NaN()});
            continue;
        }
        const bool smallestFirst = bucket.smallest.step <= bucket.largest.step;
        const std::array inOrder{bucket.first, smallestFirst ? bucket.smallest : bucket.largest,
                                 smallestFirst ? bucket.largest : bucket.smallest, bucket.last};
        for (std::size_t i = 0; i < inOrder.size(); ++i)
            if (i == 0 || inOrder[i].step != inOrder[i - 1].step || inOrder[i].value != inOrder[i - 1].value)
                line.push_back(inOrder[i]);
    }
    return line;
}

}  // namespace trainyard::ui
