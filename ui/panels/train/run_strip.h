// The head of the Train page: the buttons of the run and its figures, or, before the first run, what the page is for.
#pragma once

#include <vector>

#include <QFrame>

#include "ui/bridge/live_run.h"

class QHBoxLayout;
class QLabel;
class QProgressBar;
class QPushButton;

namespace trainyard::ui {

class RunStrip : public QFrame
{
    Q_OBJECT
public:
    // run must outlive the strip.
    explicit RunStrip(LiveRun &run, QWidget *parent = nullptr);

signals:
    void startRequested();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    struct Figure {
        QWidget *box = nullptr;
        QLabel *caption = nullptr, *value = nullptr;
    };
    Figure addFigure(QHBoxLayout *layout, const QString &caption, const QString &widestValue);
    void showRun();
    void showButtons();
    void fitFigures();

    LiveRun &m_run;
    QPushButton *m_start, *m_pause, *m_resume, *m_stop, *m_save;
    QLabel *m_invitation, *m_error;
    QWidget *m_figures;
    QProgressBar *m_epochBar;
    Figure m_state, m_epoch, m_step, m_loss, m_metric, m_best, m_speed, m_left;
};

}  // namespace trainyard::ui
