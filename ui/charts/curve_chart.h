// One chart: any number of curves over the optimizer step, raw and smoothed, exact at every zoom. A card with title and
// last value in its head. Draws at most 10 times a second and only while visible.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QWidget>

#include "ui/charts/curve_track.h"
#include "ui/models/run_curves.h"

namespace trainyard::ui {

struct ChartCurve {
    QString label;                 // in the legend and beside the cursor: "training", "run 12"
    int slot = 0;                  // Theme::curveColor()
    bool secondary = false;        // thin and faded: training beside validation
    const CurvePoints *points = nullptr;  // the caller's; must stay until the next setCurves(); may grow meanwhile
};

class ChartGroup;

class CurveChart : public QWidget
{
    Q_OBJECT
public:
    // emptyText: what will appear here, shown while there is no point. Accuracies are known by the title and shown in
    // percent; other series by their unit.
    CurveChart(const QString &title, const QString &emptyText, QWidget *parent = nullptr);
    ~CurveChart() override;

    void setCurves(std::vector<ChartCurve> curves);  // keeps the view where the person has zoomed
    void refresh();                                   // the points have grown
    void setLogScale(bool on);                        // key L
    bool logScale() const;
    void setSmoothing(double weight);                 // 0: none; below 1: exponential, corrected for the start
    void setTitle(const QString &title);
    QString title() const;
    bool hasPoints() const;

    bool exportTo(const QString &path);  // as shown: .png, .pdf or .svg by its end; false: not written

signals:
    void logScaleChanged(bool on);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    friend class ChartGroup;
    struct Private;
    std::unique_ptr<Private> d;
};

// Charts that share one cursor and one range of steps. Must outlive none of them: charts leave when they are destroyed.
class ChartGroup : public QObject
{
    Q_OBJECT
public:
    explicit ChartGroup(QObject *parent = nullptr);
    void add(CurveChart *chart);
    void showAll();  // the whole range again

signals:
    void cursorMoved(double step);  // NaN: the mouse has left

private:
    friend class CurveChart;
    void remove(CurveChart *chart);
    StepRange allSteps() const;               // over all charts
    void setView(std::optional<StepRange> view);  // absent: all steps, also those to come
    void moveCursor(double step);

    std::vector<CurveChart *> m_charts;
    std::optional<StepRange> m_view;
    StepRange m_lastAll{0, 0};
};

}  // namespace trainyard::ui
