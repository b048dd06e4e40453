// The plane of a network's two features: regions in the colour of the class that wins there, the surer the stronger, or
// values between two colours, with the points of the data on top. The network's picture changes while it trains.
#pragma once

#include <memory>

#include <QImage>
#include <QWidget>

#include "engine/train/decision_grid.h"

namespace trainyard::ui {

class DecisionPlot : public QWidget
{
    Q_OBJECT
public:
    explicit DecisionPlot(QWidget *parent = nullptr);

    void setGrid(std::shared_ptr<const DecisionGrid> grid);  // null: nothing is known yet
    // What stands at a place of the widget: "x 0.52, y -1.3: inner, 97 % sure"; empty outside the plane.
    QString wordsAt(QPoint at) const;
    QRect plane() const;  // where the plane is drawn, in the widget

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;

private:
    void colourRegions();
    QColor valueColor(float value) const;
    void paintAxes(QPainter &painter, const QRect &plane) const;
    void paintPoints(QPainter &painter, const QRect &plane) const;

    std::shared_ptr<const DecisionGrid> m_grid;
    QImage m_regions;
    float m_low = 0, m_high = 1;  // of the values
};

}  // namespace trainyard::ui
