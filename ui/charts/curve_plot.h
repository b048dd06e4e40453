// The drawing area of a chart: axes, lines and marks, and the mouse over them. Knows nothing of titles, groups or of
// when to redraw. QCustomPlot stays in the .cpp.
#pragma once

#include <memory>
#include <vector>

#include <QWidget>

#include "ui/charts/axis_ticks.h"
#include "ui/charts/curve_track.h"

class QCustomPlot;
class QCPGraph;

namespace trainyard::ui {

struct PlottedCurve {
    CurveTrack *track = nullptr;  // the chart's; outlives the plot or the next setCurves()
    int slot = 0;
    bool secondary = false;
};

struct PlotSettings {
    StepRange steps;
    bool logScale = false;
    bool smoothing = false;
    ValueKind kind = ValueKind::Plain;
};

class PlotOverlay;

class CurvePlot : public QWidget
{
    Q_OBJECT
public:
    explicit CurvePlot(QWidget *parent = nullptr);
    ~CurvePlot() override;

    void setCurves(std::vector<PlottedCurve> curves);
    void draw(const PlotSettings &settings);  // everything, now
    void showCursor(double step);             // NaN: none
    void setFocusFrame(bool on);
    // For exports: as last drawn, as vectors where the device takes them. The painter must be one made here.
    static std::shared_ptr<QPainter> makePainter(QPaintDevice *device);
    void paintOn(QPainter &painter, const QRect &place);

    QRect plotArea() const;  // inside the axes, in this widget's coordinates
    double stepAt(double x) const;
    QPointF positionOf(StepValue value) const;
    StepRange valueRange() const;  // of the vertical axis
    // Seen by tests: how many values of the last drawing are marked as not finite, or as not drawable on a log axis.
    int notFiniteMarks() const;
    int belowMarks() const;
    double widestPen() const;

signals:
    void hovered(double step);
    void left();
    void zoomed(double aroundStep, double factor);  // factor below 1: closer
    void panned(double bySteps);
    void showAllAsked();
    void resized();

protected:
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    struct Lines {
        PlottedCurve curve;
        QCPGraph *faded = nullptr;   // every value, behind the smoothed line
        QCPGraph *strong = nullptr;  // the smoothed line, or every value where there is no smoothing
        QCPGraph *below = nullptr;   // marks at the bottom of a log axis
    };
    void applyColors();
    void drawAxes(const PlotSettings &settings, StepRange values);
    void drawLines(Lines &lines, const PlotSettings &settings, std::vector<double> &notFinite);
    StepRange valuesInView(const PlotSettings &settings);

    QCustomPlot *m_plot;
    PlotOverlay *m_overlay;
    QCPGraph *m_notFinite = nullptr;
    std::vector<Lines> m_lines;
    PlotSettings m_settings;
    double m_dragFrom = 0;  // step under the mouse
    bool m_dragging = false;

    friend class PlotOverlay;
};

}  // namespace trainyard::ui
