// The charts of the live run in a grid, with one cursor, one range of steps, one smoothing and one scale for all.
#pragma once

#include <vector>

#include <QWidget>

#include "ui/bridge/live_run.h"
#include "ui/charts/curve_chart.h"

class QGridLayout;
class QLabel;
class QScrollArea;
class QSlider;
class QToolButton;

namespace trainyard::ui {

class ChartBoard : public QWidget
{
    Q_OBJECT
public:
    // run must outlive the board.
    explicit ChartBoard(LiveRun &run, QWidget *parent = nullptr);

    void setLogScale(bool on);
    bool logScale() const { return m_logScale; }
    void showAll() { m_group->showAll(); }
    void setSmoothing(int percent);  // 0 to 99
    int smoothing() const;
    const std::vector<CurveChart *> &charts() const { return m_charts; }

signals:
    void logScaleChanged(bool on);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    // What one chart shows: the series whose names it lists, as far as they are there.
    struct Wanted {
        QString title, emptyText;
        struct Line {
            QString series, label;
            bool secondary = false;
            int slot = 0;
        };
        std::vector<Line> lines;
        bool noisy = false;  // follows the smoothing; a value an epoch, or an exact one, is shown as it is
    };
    std::vector<Wanted> wantedCharts() const;
    std::vector<Wanted> gpuCharts() const;
    void forget();    // the curves of an earlier run are gone
    void refresh();   // points arrived, maybe of new series
    void assign();    // series to charts
    void arrange();   // charts to the grid
    CurveChart *addChart(const Wanted &wanted);

    LiveRun &m_run;
    ChartGroup *m_group;
    QScrollArea *m_scroll;
    QWidget *m_area;
    QGridLayout *m_grid;
    QSlider *m_smoothing;
    QLabel *m_hint, *m_smoothingText;
    QToolButton *m_log;
    std::vector<CurveChart *> m_charts;
    std::vector<bool> m_noisy;  // beside m_charts
    std::size_t m_seriesAssigned = 0;
    int m_columns = 0;
    bool m_logScale = false;
};

}  // namespace trainyard::ui
