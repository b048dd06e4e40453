// The pages of the window, in the order of its rail. Adding a page is one line in the table of the .cpp.
#pragma once

#include <functional>
#include <vector>

#include <QAction>
#include <QByteArray>
#include <QString>
#include <QWidget>

namespace trainyard::ui {

class Workspace;

struct WindowPage {
    QString id;  // in settings and on the command line
    QString word, icon;
    std::function<QWidget *()> make;  // the page itself, made when it is first needed
    std::function<QList<QAction *>(QWidget *)> menuActions;
    std::function<QByteArray(QWidget *)> saveLayout;
    std::function<void(QWidget *, const QByteArray &)> restoreLayout;
    std::function<void(QWidget *)> showProblems;  // opens the page's list of problems; empty: it has none
    QWidget *widget = nullptr;  // once made; owned by the window
};

// workspace must outlive the pages.
std::vector<WindowPage> windowPages(Workspace &workspace);

}  // namespace trainyard::ui
