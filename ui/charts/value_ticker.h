// The tick marks of a QCustomPlot axis by the rules of axis_ticks.h.
#pragma once

#include <QSharedPointer>

#include "ui/charts/axis_ticks.h"

class QCPAxisTicker;

namespace trainyard::ui {

// wanted: about how many ticks. wholeNumbers: no ticks between whole numbers (steps).
QSharedPointer<QCPAxisTicker> makeValueTicker(ValueKind kind, bool logScale, int wanted, bool wholeNumbers = false);

}  // namespace trainyard::ui
