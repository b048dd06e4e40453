// Where the time of a training step goes: its parts side by side, as long as they take, with their milliseconds. Visible
// once the device has measured a step of the run.
#pragma once

#include <vector>

#include <QFrame>

#include "ui/bridge/live_run.h"

class QLabel;

namespace trainyard::ui {

class ChartLegend;
class MemoryBar;

// A part of a step as it was measured last.
struct StepPart {
    QString title;
    int slot = 0;  // Theme::curveColor()
    double milliseconds = 0;
};
// In the order in which they happen; those measured alone. Empty where only the evaluation is known. Pure.
std::vector<StepPart> stepParts(const RunCurves &curves);

class StepStrip : public QFrame
{
    Q_OBJECT
public:
    // run must outlive the strip.
    explicit StepStrip(LiveRun &run, QWidget *parent = nullptr);

    void showParts(const std::vector<StepPart> &parts);

private:
    QLabel *m_total;
    MemoryBar *m_bar;
    ChartLegend *m_legend;
};

}  // namespace trainyard::ui
