// The training settings of one line each, as a table: what the Train page shows, how a text becomes a value.
#pragma once

#include <functional>
#include <vector>

#include <QString>

#include "engine/train/training_config.h"

namespace trainyard::ui {

struct TrainingField {
    QString key;              // object name of its editor: "batchSize"
    QString label, help;
    bool ofOptimizer = false;  // shown only where the optimizer's spec names the key
    bool isSwitch = false;     // texts are "true" and "false"
    bool ofGpu = false;        // shown only where a run would take a GPU
    std::function<QString(const TrainingConfig &)> text;
    // Puts the value into the settings; false: the text is no such number. Ranges are checkTraining()'s business.
    std::function<bool(TrainingConfig &, const QString &)> take;
};

const std::vector<TrainingField> &trainingFields();

// Thousands separators and spaces are fine.
bool parseWhole(const QString &text, qint64 &value);
bool parseReal(const QString &text, double &value);
QString realText(double value);  // as short as it can be without losing a bit: "0.001", "1e-08"

}  // namespace trainyard::ui
