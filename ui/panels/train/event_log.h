// What happened in the run, line by line; folded to its last line until opened. Lines can be copied.
#pragma once

#include <QFrame>

#include "ui/bridge/live_run.h"

class QAction;
class QLabel;
class QListWidget;
class QToolButton;

namespace trainyard::ui {

class EventLog : public QFrame
{
    Q_OBJECT
public:
    // run must outlive the log.
    explicit EventLog(LiveRun &run, QWidget *parent = nullptr);

    void setOpen(bool open);
    bool isOpen() const;
    int count() const;
    QString lineAt(int row) const;  // as it is copied

private:
    void add(const RunEvent &event);
    void clear();
    void copy();
    void showLast();

    QToolButton *m_fold;
    QLabel *m_last;
    QListWidget *m_list;
};

}  // namespace trainyard::ui
