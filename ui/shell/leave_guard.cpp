#include "ui/shell/leave_guard.h"

#include "ui/bridge/background.h"
#include "ui/bridge/workspace.h"
#include "ui/shell/message_bar.h"

namespace trainyard::ui {

namespace {

const QString kUnsavedKey = QStringLiteral("unsaved"), kRunningKey = QStringLiteral("running");

}  // namespace

LeaveGuard::LeaveGuard(Workspace &workspace, MessageArea &messages, QObject *parent)
    : QObject(parent), m_workspace(workspace), m_messages(messages)
{
    connect(&workspace.document(), &ProjectDocument::modifiedChanged, this, [this](bool modified) {
        if (!modified)
            m_messages.dismiss(kUnsavedKey);  // there is nothing left to ask
    });
    connect(&workspace.run(), &LiveRun::ended, this, [this] { m_messages.dismiss(kRunningKey); });
}

void LeaveGuard::afterRun(std::function<void()> then)
{
    if (m_workspace.files().isSaving()) {
        // One file task after the other: when this one has run, all that was asked before is on the disk.
        inBackground(m_workspace.files().disk(), this, [] { return true; }, [this, then = std::move(then)](bool) { afterRun(then); });
        return;
    }
    if (!m_workspace.document().isModified()) {
        then();
        return;
    }
    const auto save = [this, then] {
        m_workspace.files().save([this, then](bool saved) {
            if (saved)
                afterRun(then);  // an edit made while it was written is asked about again
        });
    };
    const auto discard = [this, then] {
        m_workspace.autosave().forget();
        then();
    };
    const QString name = QString::fromStdString(m_workspace.document().project().name);
    m_messages.show({Message::Kind::Question,
                     tr("%1 has changes that are not saved.").arg(name),
                     {{tr("Save"), save, true}, {tr("Discard"), discard}, {tr("Cancel"), {}}},
                     kUnsavedKey});
}

void LeaveGuard::beforeLeaving(const QString &stopWord, std::function<void()> then)
{
    LiveRun &run = m_workspace.run();
    if (!run.isActive()) {
        afterRun(std::move(then));
        return;
    }
    const auto stop = [this, then] {
        if (!m_workspace.run().isActive()) {
            afterRun(then);
            return;
        }
        connect(&m_workspace.run(), &LiveRun::ended, this, [this, then] { afterRun(then); },
                static_cast<Qt::ConnectionType>(Qt::QueuedConnection | Qt::SingleShotConnection));
        m_workspace.run().stop();
    };
    const QString name = run.runId() != 0 ? tr("Run %1").arg(run.runId()) : tr("A run");
    m_messages.show({Message::Kind::Question,
                     tr("%1 is going on. Stopping it saves a checkpoint, from which it can be resumed.").arg(name),
                     {{stopWord, stop, true}, {tr("Keep running"), {}}},
                     kRunningKey});
}

}  // namespace trainyard::ui
