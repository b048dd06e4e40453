// What moves over a drawn plot without drawing it anew: the cursor line with a dot on each curve, and the focus frame.
#pragma once

#include <QWidget>

namespace trainyard::ui {

class CurvePlot;

class PlotOverlay : public QWidget
{
    Q_OBJECT
public:
    explicit PlotOverlay(CurvePlot *plot);

    void showCursor(double step);  // NaN: none
    void setFocusFrame(bool on);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    CurvePlot *m_plot;
    double m_cursor;
    bool m_focusFrame = false;
};

}  // namespace trainyard::ui
