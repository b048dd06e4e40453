// Everything the window can be told, once: menus, buttons and shortcuts all show these actions. Whether each is possible
// now follows the workspace. Owned by the window.
#pragma once

#include <QAction>
#include <QObject>

namespace trainyard::ui {

class Workspace;

class WindowActions : public QObject
{
    Q_OBJECT
public:
    // workspace must outlive this. The actions are added to window, so that their shortcuts work wherever the focus is.
    WindowActions(Workspace &workspace, QWidget *window);

    QAction *create, *open, *save, *saveAs, *rename, *showWelcome, *quit;
    QAction *undo, *redo;
    QAction *start, *pause, *stop, *checkpoint;  // pause resumes where the run is paused
    QAction *fullScreen, *shortcuts, *about;

private:
    QAction *make(const QString &text, const QString &icon, const QKeySequence &shortcut, const QString &tip);
    void refresh();

    Workspace &m_workspace;
    QWidget *m_window;
};

}  // namespace trainyard::ui
