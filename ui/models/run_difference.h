// What is different between runs: their settings and their networks, equal things left out. Pure values.
#pragma once

#include <vector>

#include <QByteArray>
#include <QString>
#include <QStringList>

#include "engine/storage/run_record.h"

namespace trainyard::ui {

struct Setting {
    QString key;    // "optimizer.learning_rate", "columns[2].role"
    QString value;  // as JSON writes it, strings without quotes
    bool operator==(const Setting &) const = default;
};

// Every leaf of the JSON text, depth first. Damaged text gives none. An array of plain values is one leaf: "[3, 3]".
std::vector<Setting> flattenJson(const QByteArray &json);

enum class DifferenceKind {
    Setting,       // a setting of training, data or device
    LayerAdded,    // not in the first run, in some other
    LayerRemoved,  // in the first run, not in every other
    LayerChanged,  // one setting or input of a layer that is in several
};

struct DifferenceRow {
    DifferenceKind kind = DifferenceKind::Setting;
    QString key;         // "optimizer.learning_rate", "conv2", "conv1.filters"
    QStringList values;  // one for each run, in their order; empty: that run has no such thing
    bool operator==(const DifferenceRow &) const = default;
};

// Rows in which at least two of the runs differ; settings first, then layers in the order of the first network that has
// them. Layers are matched by name. The runs are complete records (RunStore::run). Fewer than two runs: no rows.
std::vector<DifferenceRow> differingSettings(const std::vector<RunRecord> &runs);

// "training.optimizer.learning_rate" -> "Optimizer, learning rate".
QString settingTitle(const QString &key);

}  // namespace trainyard::ui
