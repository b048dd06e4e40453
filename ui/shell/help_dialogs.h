// The dialogs of the Help menu; each deletes itself when closed.
#pragma once

class QMenuBar;
class QWidget;

namespace trainyard::ui {

// Every action of the menus that has a key, by menu.
void showShortcuts(const QMenuBar *menus, QWidget *parent);
void showAbout(QWidget *parent);

}  // namespace trainyard::ui
