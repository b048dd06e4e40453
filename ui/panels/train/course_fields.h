// The settings of a run's course as rows: the schedule of the learning rate, the length, evaluations, early stopping and
// what is kept.
#pragma once

#include <vector>

#include "ui/panels/train/training_fields.h"

namespace trainyard::ui {

TrainingField scheduleChoiceField();            // "schedule"
std::vector<TrainingField> scheduleFields();    // of every schedule: "schedule/cosine/minimum", shown with its schedule
std::vector<TrainingField> warmupFields();      // "schedule/warmup"
std::vector<TrainingField> lengthFields();
std::vector<TrainingField> evaluationFields();  // with early stopping and keep-best

}  // namespace trainyard::ui
