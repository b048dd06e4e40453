// The line at the bottom of the window: problems of the network, the run that goes on, and what has just been done.
#pragma once

#include <vector>

#include <QFrame>
#include <QTimer>

class QLabel;
class QToolButton;

namespace trainyard::ui {

class Workspace;

class StatusLine : public QFrame
{
    Q_OBJECT
public:
    // workspace must outlive the line.
    explicit StatusLine(Workspace &workspace, QWidget *parent = nullptr);

    void showMessage(const QString &text);  // for some seconds
    QString runText() const;                // as shown, pieces with spaces between

signals:
    void problemsClicked();
    void runClicked();

private:
    void showProblems();
    void showRun();

    Workspace &m_workspace;
    QToolButton *m_problems, *m_run;
    std::vector<QLabel *> m_facts;  // epoch, loss, metric, speed, time left
    QLabel *m_message;
    QTimer m_messageEnd;
};

}  // namespace trainyard::ui
