// Metrics of how well scores put the rows of a class before the others: exact, over a whole evaluation.
#pragma once

#include "engine/metrics/metric.h"

namespace trainyard {

struct Ranked {
    float score = 0;
    bool positive = false;
};

// The mean over the classes of `of`, which gets the rows with a class's probability, the most probable first; NaN where it is
// not defined, and such classes are left out. Of two classes, and of answers, the class 1 alone is judged.
double overClasses(const ScoreTable &table, double (*of)(std::span<const Ranked>));

// Whether a task has scores to rank.
bool ranks(const MetricTask &task);

}  // namespace trainyard
