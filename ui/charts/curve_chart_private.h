// The inside of CurveChart, shared by its own files only.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include <QElapsedTimer>
#include <QLabel>
#include <QPointer>
#include <QStackedLayout>
#include <QTimer>

#include "ui/charts/chart_export.h"
#include "ui/charts/chart_legend.h"
#include "ui/charts/curve_chart.h"
#include "ui/charts/curve_plot.h"
#include "ui/charts/curve_track.h"
#include "ui/controls/card.h"

namespace trainyard::ui {

struct CurveChart::Private {
    explicit Private(CurveChart &chart) : q(chart) {}

    void schedule(int waitMs);  // a drawing; several wishes are one
    void draw();
    void follow();           // what the points have grown by
    void showValues();       // in head and legend: the last ones or those at the cursor
    void showEmptiness();    // or the plot
    void setView(std::optional<StepRange> view);
    void moveCursor(double step);
    void showCursor(double step);
    void zoom(double around, double factor);
    void pan(double by);
    void stepCursor(int direction);
    std::optional<StepRange> ownSteps() const;
    StepRange allSteps() const;
    std::optional<StepRange> zoomedView() const;
    StepRange view() const { return zoomedView().value_or(allSteps()); }
    ValueKind kind() const;
    ChartPicture picture();
    void askForExport();

    CurveChart &q;
    QString title;
    Card *card = nullptr;
    ChartLegend *legend = nullptr;
    QLabel *empty = nullptr;
    CurvePlot *plot = nullptr;
    QStackedLayout *stack = nullptr;
    std::vector<ChartCurve> curves;
    std::vector<CurveTrack> tracks;  // beside curves
    QPointer<ChartGroup> group;
    std::optional<StepRange> ownView;  // without a group
    double cursor = std::numeric_limits<double>::quiet_NaN();
    double smoothing = 0;
    bool logScale = false;
    QString headValue;
    QTimer timer;
    QElapsedTimer sinceDrawn;
    bool dirty = false;
};

}  // namespace trainyard::ui
