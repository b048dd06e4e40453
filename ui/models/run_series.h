// Which of the measured series are worth a chart when runs are looked at or compared. Pure.
#pragma once

#include <vector>

#include <QString>
#include <QStringList>

#include "ui/models/run_curves.h"

namespace trainyard::ui {

struct SeriesChart {
    QString title;       // "Validation loss"
    QString series;      // the one drawn in full
    QString background;  // its counterpart of the training part, thin behind it where one run is shown; may be empty
    bool operator==(const SeriesChart &) const = default;
};

// Loss first, then metrics, then speed; only series at least one of the runs has.
std::vector<SeriesChart> chartsFor(const std::vector<const RunCurves *> &runs);

struct MetricRow {
    QString title;                          // "Accuracy"
    QString training, validation, test, best;  // as text; empty: not measured
    bool operator==(const MetricRow &) const = default;
};

// The last value of each metric in each part, loss first.
std::vector<MetricRow> metricsOf(const RunCurves &curves);

}  // namespace trainyard::ui
