// The window: rail, top bar, messages, pages, status line, menus. It puts the parts together and remembers how they
// stood; what happens with the project is the workspace's.
#pragma once

#include <vector>

#include <QMainWindow>

#include "ui/bridge/workspace.h"
#include "ui/shell/window_pages.h"

class QMenu;
class QStackedWidget;

namespace trainyard::ui {

class LeaveGuard;
class MessageArea;
class PageRail;
class StatusLine;
class TopBar;
class WelcomePage;
class WindowActions;

class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(QWidget *parent = nullptr);
    ~MainWindow() override;

    // What to open once the window has been painted: the project at path, else the last one, else the start page. page:
    // its id, else the last one shown.
    void begin(const QString &path = {}, const QString &page = {});

    Workspace &workspace() { return m_workspace; }
    MessageArea &messages() { return *m_messages; }
    void showPage(const QString &id);  // "welcome" too
    QString currentPage() const;       // empty before anything is shown
    QWidget *pageWidget(const QString &id);  // made where it is not there yet; null for an unknown id

protected:
    void closeEvent(QCloseEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void makeMenus();
    void makeCentral(QMenu *projectMenu);
    void connectWorkspace();
    void openAfterPaint();
    void makePagesWhenIdle();
    QWidget *ensurePage(int index);
    void showPageAt(int index);
    void showProblems();
    void showWelcome();
    void refreshTitle();
    void fillRecentMenus();
    void fillSampleMenu();
    void openProject(const QString &path);
    void chooseProject();
    void chooseSaveFolder();
    void offerLeftover(const Leftover &leftover);
    void saveSession();

    Workspace m_workspace;  // first: everything below refers to it
    std::vector<WindowPage> m_pages;
    WindowActions *m_actions;
    PageRail *m_rail;
    TopBar *m_topBar;
    MessageArea *m_messages;
    LeaveGuard *m_guard;
    QStackedWidget *m_stack;
    WelcomePage *m_welcome = nullptr;
    StatusLine *m_status;
    QMenu *m_editMenu, *m_recentMenu, *m_sampleMenu, *m_projectMenu;
    QAction *m_pageActionsEnd;  // of the Edit menu: the page's own actions follow it
    QList<QAction *> m_pageActions, m_pageChoices;
    QString m_startPath, m_startPage;
    int m_current = -1;  // index of the page shown
    bool m_mayClose = false;
};

}  // namespace trainyard::ui
