// Asks before something would be lost: unsaved changes when another project is opened or the window closes, and a run
// that goes on. The questions stand above the page; nothing waits for their answer. UI thread.
#pragma once

#include <functional>

#include <QObject>
#include <QString>

namespace trainyard::ui {

class MessageArea;
class Workspace;

class LeaveGuard : public QObject
{
    Q_OBJECT
public:
    // Both must outlive the guard.
    LeaveGuard(Workspace &workspace, MessageArea &messages, QObject *parent = nullptr);

    // Calls then() when nothing is lost by it: a run that goes on is stopped at a step edge and saved, if the person
    // presses stopWord ("Stop and quit"); changes are saved or given up. Never, where the person cancels or saving fails.
    void beforeLeaving(const QString &stopWord, std::function<void()> then);

private:
    void afterRun(std::function<void()> then);  // the changes

    Workspace &m_workspace;
    MessageArea &m_messages;
};

}  // namespace trainyard::ui
