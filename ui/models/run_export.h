// The measured points of runs as a CSV file: every one of them, exact.
#pragma once

#include <vector>

#include <QString>

#include "engine/base/result.h"
#include "ui/models/run_curves.h"

namespace trainyard::ui {

struct ExportedRun {
    qint64 id = 0;
    QString name;
    RunCurves curves;
};

// Columns: run, name, series, unit, step, time_ms, segment, value; numbers as short as they can be read back exactly. The file
// is there whole or not at all. Blocks on the disk: for a worker thread. Errors: Io.
Status exportPoints(const QString &path, const std::vector<ExportedRun> &runs);

}  // namespace trainyard::ui
