// Metrics that come from a confusion matrix: rows are the true classes, columns the predicted ones.
#pragma once

#include "engine/metrics/metric.h"

namespace trainyard {

// Of one class, or of several together.
struct ClassCounts {
    double right = 0, missed = 0, wrong = 0;  // true positives, false negatives, false positives
};

// The sums of the matrix, shared by all metrics that need it.
Result<ValueId> confusionSums(MetricEmitter &emitter);

// Whether classes are predicted, by scores or by answers.
bool judgesClasses(const MetricTask &task);

// A metric that `of` says from the counts of one class; NaN where it is not defined. Macro: the mean over the classes it is
// defined for; answers are of two classes, of which the class 1, the yes, is judged. Micro: of the counts of all classes.
MetricSpec confusionMetric(std::string name, std::string title, std::string summary, double (*of)(const ClassCounts &));

}  // namespace trainyard
