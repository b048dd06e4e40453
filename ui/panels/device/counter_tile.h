// One counter of the machine: its name, its value now in large figures, and how it has been over the last minutes.
#pragma once

#include <optional>

#include <QWidget>

#include "ui/bridge/counter_history.h"
#include "ui/bridge/machine.h"

namespace trainyard::ui {

class CounterTile : public QWidget
{
    Q_OBJECT
public:
    CounterTile(CounterInfo counter, int slot, QWidget *parent = nullptr);

    // As it is at nowMs. history must stay until the next call; null: nothing is known. reason: why, in the tooltip.
    void setHistory(const CounterHistory *history, const QString &reason, qint64 nowMs);

    QString valueText() const { return m_text; }  // "-" where it is unknown
    const CounterInfo &counter() const { return m_counter; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    void showText();
    QString textOf(double value) const;
    double top() const;  // of the strip, in the counter's unit
    QRectF stripRect() const;
    double xOf(qint64 timeMs) const;

    CounterInfo m_counter;
    const int m_slot;  // Theme::curveColor()
    const CounterHistory *m_history = nullptr;
    QString m_reason, m_text;
    qint64 m_nowMs = 0;
    std::optional<int> m_cursor;  // x of the mouse
};

}  // namespace trainyard::ui
