// One problem of the network: what is wrong, of which layer, and a button that mends it where that is possible.
#pragma once

#include <QFrame>

#include "engine/graph/analysis.h"

class QPushButton;

namespace trainyard::ui {

class ProblemRow : public QFrame
{
    Q_OBJECT
public:
    // layerName empty: not shown, and the row cannot be chosen (the layer is the one being looked at).
    ProblemRow(const Problem &problem, const QString &layerName, QWidget *parent = nullptr);

    const Problem &problem() const { return m_problem; }
    const QString &layerName() const { return m_layerName; }
    QPushButton *fixButton() const { return m_fix; }  // null: no fix is known

signals:
    void chosen();  // click or Enter
    void fixRequested(const trainyard::Fix &fix);
    void moved(int rows);  // arrow keys: -1 up, 1 down

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    Problem m_problem;
    QString m_layerName;
    bool m_choosable;
    QPushButton *m_fix = nullptr;
};

}  // namespace trainyard::ui
