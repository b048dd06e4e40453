// The bar above every page: the project, the device, the memory forecast, Start, Pause and Stop.
#pragma once

#include <QFrame>

class QLineEdit;
class QMenu;
class QToolButton;

namespace trainyard::ui {

class WindowActions;
class Workspace;

class TopBar : public QFrame
{
    Q_OBJECT
public:
    // All three must outlive the bar; projectMenu drops from the project's name.
    TopBar(Workspace &workspace, WindowActions &actions, QMenu *projectMenu, QWidget *parent = nullptr);

    void beginRename();  // the name becomes a field; Return takes it, Escape leaves it
    QString projectText() const;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void showProject();
    void endRename(bool take);

    Workspace &m_workspace;
    QToolButton *m_project;
    QLineEdit *m_name;
};

}  // namespace trainyard::ui
