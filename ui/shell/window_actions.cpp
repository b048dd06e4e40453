#include "ui/shell/window_actions.h"

#include <QUndoStack>
#include <QWidget>

#include "ui/bridge/workspace.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

WindowActions::WindowActions(Workspace &workspace, QWidget *window) : QObject(window), m_workspace(workspace), m_window(window)
{
    create = make(tr("&New project"), QStringLiteral("new"), QKeySequence::New, tr("Begin an empty project"));
    open = make(tr("&Open..."), QStringLiteral("open"), QKeySequence::Open, tr("Open a project's folder"));
    save = make(tr("&Save"), QStringLiteral("save"), QKeySequence::Save, tr("Save the project"));
    saveAs = make(tr("Save &as..."), {}, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), tr("Save the project with its data in another folder"));
    rename = make(tr("&Rename project"), QStringLiteral("rename"), QKeySequence(Qt::SHIFT | Qt::Key_F2), tr("Give the project another name"));
    showWelcome = make(tr("Start &page"), {}, QKeySequence(Qt::CTRL | Qt::Key_H), tr("Recent projects and samples"));
    quit = make(tr("&Quit"), {}, QKeySequence(Qt::CTRL | Qt::Key_Q), tr("Close Trainyard"));

    undo = workspace.document().undoStack()->createUndoAction(this, tr("Undo"));
    undo->setIcon(themeIcon(QStringLiteral("undo")));
    undo->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Z)});
    redo = workspace.document().undoStack()->createRedoAction(this, tr("Redo"));
    redo->setIcon(themeIcon(QStringLiteral("redo")));
    redo->setShortcuts({QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)});
    window->addActions({undo, redo});

    start = make(tr("&Start"), QStringLiteral("start"), QKeySequence(Qt::Key_F5), tr("Save the project and start a run"));
    pause = make(tr("&Pause"), QStringLiteral("pause"), QKeySequence(Qt::Key_F6), {});
    stop = make(tr("S&top"), QStringLiteral("stop"), QKeySequence(Qt::SHIFT | Qt::Key_F5), tr("Stop the run at the next step and save a checkpoint"));
    checkpoint = make(tr("Save &checkpoint"), QStringLiteral("checkpoint"), QKeySequence(Qt::Key_F7), tr("Save the run's weights as they are now"));
    fullScreen = make(tr("&Full screen"), {}, QKeySequence(Qt::Key_F11), {});
    fullScreen->setCheckable(true);
    shortcuts = make(tr("&Keyboard shortcuts"), {}, QKeySequence(Qt::CTRL | Qt::Key_Slash), tr("Every key, listed"));
    about = make(tr("&About Trainyard"), {}, {}, {});

    connect(start, &QAction::triggered, &workspace, &Workspace::startRun);
    connect(pause, &QAction::triggered, this, [this] {
        LiveRun &run = m_workspace.run();
        run.progress().state == TrainState::Paused ? run.resume() : run.pause();
    });
    connect(stop, &QAction::triggered, &workspace.run(), &LiveRun::stop);
    connect(checkpoint, &QAction::triggered, &workspace.run(), &LiveRun::saveCheckpoint);
    connect(save, &QAction::triggered, this, [this] { m_workspace.files().save(); });

    connect(&workspace.files(), &ProjectFiles::opened, this, &WindowActions::refresh);
    connect(&workspace.run(), &LiveRun::started, this, &WindowActions::refresh);
    connect(&workspace.run(), &LiveRun::progressChanged, this, &WindowActions::refresh);
    connect(&workspace.run(), &LiveRun::ended, this, &WindowActions::refresh);
    refresh();
}

QAction *WindowActions::make(const QString &text, const QString &icon, const QKeySequence &shortcut, const QString &tip)
{
    auto *action = new QAction(text, this);
    if (!icon.isEmpty())
        action->setIcon(themeIcon(icon));
    action->setShortcut(shortcut);
    action->setToolTip(tip);
    m_window->addAction(action);
    return action;
}

void WindowActions::refresh()
{
    const bool project = m_workspace.files().hasProject();
    LiveRun &run = m_workspace.run();
    const bool active = run.isActive();
    const TrainState state = run.progress().state;
    for (QAction *action : {save, saveAs, rename})
        action->setEnabled(project);
    start->setEnabled(project && !active);
    const bool canPause = active && (state == TrainState::Running || state == TrainState::Paused);
    pause->setEnabled(canPause);
    stop->setEnabled(active && state != TrainState::Stopping && !run.progress().ended());
    checkpoint->setEnabled(canPause);
    const bool paused = active && state == TrainState::Paused;
    const QString word = paused ? tr("Re&sume") : tr("&Pause");
    if (pause->text() != word) {
        pause->setText(word);
        pause->setIcon(themeIcon(paused ? QStringLiteral("start") : QStringLiteral("pause")));
    }
    pause->setToolTip(paused ? tr("Go on with the run") : tr("Pause the run at the next step"));
}

}  // namespace trainyard::ui
