// The curves of one or several runs: a grid of charts with one cursor, as many as there are series worth one.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include <QWidget>

#include "ui/bridge/run_library.h"
#include "ui/charts/curve_chart.h"
#include "ui/models/run_series.h"

class QGridLayout;
class QLabel;

namespace trainyard::ui {

struct ShownRun {
    RunDetails details;
    int curveSlot = 0;
};
// Shared with the charts, which point into the curves.
using ShownRuns = std::shared_ptr<const std::vector<ShownRun>>;

class RunCharts : public QWidget
{
    Q_OBJECT
public:
    explicit RunCharts(QWidget *parent = nullptr);
    ~RunCharts() override;

    // Charts of series that were there before keep their view.
    void setRuns(ShownRuns runs);
    QStringList titles() const;  // of the charts in sight, in order

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void arrange();

    ShownRuns m_runs;
    std::vector<SeriesChart> m_shown;
    std::map<QString, CurveChart *> m_charts;  // by series
    ChartGroup m_group;
    QGridLayout *m_grid;
    QLabel *m_nothing;
    int m_columns = 0;
};

}  // namespace trainyard::ui
