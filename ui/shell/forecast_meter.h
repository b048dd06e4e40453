// The memory a run of the open project would take, against what is free: a bar and its numbers, red where it does not fit.
#pragma once

#include <QWidget>

namespace trainyard::ui {

class Forecaster;

class ForecastMeter : public QWidget
{
    Q_OBJECT
public:
    // forecaster must outlive the meter.
    explicit ForecastMeter(Forecaster &forecaster, QWidget *parent = nullptr);

    QString text() const { return m_text; }
    bool fits() const { return m_fits; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void refresh();

    Forecaster &m_forecaster;
    QString m_text;
    double m_share = -1;  // of what is free, 0 to 1; below 0: unknown, no bar
    bool m_fits = true;
};

}  // namespace trainyard::ui
