// The training settings of one line each, as a table: what the Train page shows, how a text becomes a value.
#pragma once

#include <functional>
#include <vector>

#include <QString>

#include "engine/graph/graph.h"
#include "engine/train/training_config.h"

namespace trainyard::ui {

// One of the values of a field that is chosen from a list.
struct FieldChoice {
    QString text, value, help;
};

// The group a setting of the table below stands in.
enum class SettingsGroup { Basic, Update, Gradients, Compute, Record };

struct TrainingField {
    QString key;              // object name of its editor: "batchSize"
    QString label, help;
    bool ofOptimizer = false;  // a setting of one or some optimizers, by its key
    bool isSwitch = false;     // texts are "true" and "false"
    bool ofGpu = false;        // shown only where a run would take a GPU
    std::function<QString(const TrainingConfig &)> text;
    // Puts the value into the settings; false: the text is no such number. Ranges are checkTraining()'s business.
    std::function<bool(TrainingConfig &, const QString &)> take;
    QString node;  // the setting's place in the file, as checkTraining() names it in an error; may be empty
    std::function<bool(const TrainingConfig &)> isUsed;                          // empty: always
    std::function<std::vector<FieldChoice>(const Graph &)> choices;              // empty: it is typed
    SettingsGroup group = SettingsGroup::Basic;                                  // of the fields of trainingFields()
};

const std::vector<TrainingField> &trainingFields();
std::vector<TrainingField> trainingFields(SettingsGroup group);  // those of one group

// The metrics a network is judged by, as choices: "Loss", "Accuracy".
std::vector<FieldChoice> metricChoices(const Graph &graph);

// Thousands separators and spaces are fine.
bool parseWhole(const QString &text, qint64 &value);
bool parseReal(const QString &text, double &value);
QString realText(double value);  // as short as it can be without losing a bit: "0.001", "1e-08"

}  // namespace trainyard::ui
