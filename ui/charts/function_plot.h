// A small plot of values over something that is known at once: a learning rate over the steps to come, a loss over the
// learning rate. No zoom and no history; the mouse tells the value under it. QCustomPlot stays in the .cpp.
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "ui/charts/axis_ticks.h"

class QCustomPlot;

namespace trainyard::ui {

struct FunctionCurve {
    std::vector<double> x, y;  // of one length, x rising; values that are not finite leave a gap
    bool faded = false;        // thin, behind the others
    bool stepped = false;      // stays until the next x
};

struct FunctionAxes {
    ValueKind xKind = ValueKind::Count;
    bool xLog = false, yLog = false;
    bool yFromZero = false;
};

class FunctionPlot : public QWidget
{
    Q_OBJECT
public:
    explicit FunctionPlot(QWidget *parent = nullptr);
    ~FunctionPlot() override;

    // In the accent colour; nothing drawable leaves the plot empty.
    void setCurves(std::vector<FunctionCurve> curves, const FunctionAxes &axes);
    // An upright line with a word beside it.
    void setMark(std::optional<double> x, const QString &word = {});

    QSize sizeHint() const override;

signals:
    void hovered(double x);  // within the axes
    void left();

protected:
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void draw();
    void drawAxes();
    void drawMark();

    QCustomPlot *m_plot;
    std::vector<FunctionCurve> m_curves;
    FunctionAxes m_axes;
    std::optional<double> m_mark;
    QString m_markWord;
};

}  // namespace trainyard::ui
