#include "ui/shell/main_window.h"

#include <QCloseEvent>
#include <QDateTime>
#include <QMenu>
#include <QScreen>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/models/run_text.h"
#include "ui/shell/leave_guard.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/page_rail.h"
#include "ui/shell/session.h"
#include "ui/shell/status_line.h"
#include "ui/shell/top_bar.h"
#include "ui/shell/welcome_page.h"
#include "ui/shell/window_actions.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr QSize kFirstSize(1280, 800), kLeastSize(960, 560);
constexpr QSize kFrame(8, 40);  // room for the title bar, whose size is known only once it is there
const QString kWelcome = QStringLiteral("welcome");

}  // namespace

MainWindow::MainWindow(QWidget *parent) : QMainWindow(parent), m_pages(windowPages(m_workspace))
{
    setWindowIcon(appIcon());
    setMinimumSize(kLeastSize);
    m_actions = new WindowActions(m_workspace, this);
    makeMenus();
    makeCentral(m_projectMenu);
    m_guard = new LeaveGuard(m_workspace, *m_messages, this);
    connectWorkspace();
    refreshTitle();
    if (!restoreGeometry(session::windowGeometry()))
        resize(kFirstSize.boundedTo(screen()->availableSize() - kFrame));
    m_rail->installEventFilter(this);  // its first paint is the window's
}

MainWindow::~MainWindow()
{
    delete takeCentralWidget();  // the pages, before the workspace they look at
}

void MainWindow::makeCentral(QMenu *projectMenu)
{
    auto *central = new QWidget;
    auto *rows = new QVBoxLayout(central);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    auto *columns = new QHBoxLayout;
    columns->setSpacing(0);
    rows->addLayout(columns, 1);
    m_rail = new PageRail;
    columns->addWidget(m_rail);
    auto *middle = new QVBoxLayout;
    middle->setSpacing(0);
    columns->addLayout(middle, 1);
    m_topBar = new TopBar(m_workspace, *m_actions, projectMenu);
    m_messages = new MessageArea;
    m_stack = new QStackedWidget;
    m_stack->addWidget(new QWidget);  // while the first project is being opened
    m_welcome = new WelcomePage;
    m_stack->addWidget(m_welcome);
    middle->addWidget(m_topBar);
    middle->addWidget(m_messages);
    middle->addWidget(m_stack, 1);
    m_status = new StatusLine(m_workspace);
    rows->addWidget(m_status);
    for (std::size_t i = 0; i < m_pages.size(); ++i)
        m_rail->addPage(m_pages[i].word, m_pages[i].icon, m_pageChoices[static_cast<int>(i)]->shortcut().toString(QKeySequence::NativeText));
    m_rail->setEnabled(false);
    setCentralWidget(central);

    connect(m_rail, &PageRail::chosen, this, &MainWindow::showPageAt);
    connect(m_welcome, &WelcomePage::newRequested, m_actions->create, &QAction::trigger);
    connect(m_welcome, &WelcomePage::openRequested, m_actions->open, &QAction::trigger);
    connect(m_welcome, &WelcomePage::projectChosen, this, &MainWindow::openProject);
    connect(m_status, &StatusLine::problemsClicked, this, &MainWindow::showProblems);
    connect(&m_workspace, &Workspace::pageRequested, this, &MainWindow::showPage);
    connect(m_status, &StatusLine::runClicked, this, [this] { showPage(QStringLiteral("train")); });
}

void MainWindow::begin(const QString &path, const QString &page)
{
    m_startPath = path;
    m_startPage = page;
}

bool MainWindow::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_rail && event->type() == QEvent::Paint) {
        m_rail->removeEventFilter(this);
        QTimer::singleShot(0, this, &MainWindow::openAfterPaint);
    }
    return QMainWindow::eventFilter(watched, event);
}

void MainWindow::openAfterPaint()
{
    const QString path = m_startPath.isEmpty() ? session::lastProject() : m_startPath;
    if (path.isEmpty())
        showWelcome();
    else
        m_workspace.files().open(path);
    m_workspace.lookAround();
    m_workspace.autosave().findLeftovers();
    makePagesWhenIdle();
}

void MainWindow::makePagesWhenIdle()
{
    for (int i = 0; i < static_cast<int>(m_pages.size()); ++i) {
        if (m_pages[static_cast<std::size_t>(i)].widget)
            continue;
        ensurePage(i);
        QTimer::singleShot(0, this, &MainWindow::makePagesWhenIdle);  // events between one page and the next
        return;
    }
}

QWidget *MainWindow::ensurePage(int index)
{
    WindowPage &page = m_pages[static_cast<std::size_t>(index)];
    if (!page.widget) {
        page.widget = page.make();
        page.widget->setObjectName(page.id + QStringLiteral("Page"));
        m_stack->addWidget(page.widget);
        if (const QByteArray layout = session::pageLayout(page.id); !layout.isEmpty())
            page.restoreLayout(page.widget, layout);
    }
    return page.widget;
}

QWidget *MainWindow::pageWidget(const QString &id)
{
    for (std::size_t i = 0; i < m_pages.size(); ++i)
        if (m_pages[i].id == id)
            return ensurePage(static_cast<int>(i));
    return nullptr;
}

void MainWindow::showPage(const QString &id)
{
    for (std::size_t i = 0; i < m_pages.size(); ++i)
        if (m_pages[i].id == id)
            return showPageAt(static_cast<int>(i));
    if (id == kWelcome)
        showWelcome();
}

QString MainWindow::currentPage() const
{
    if (m_stack->currentWidget() == m_welcome)
        return kWelcome;
    return m_current >= 0 ? m_pages[static_cast<std::size_t>(m_current)].id : QString();
}

void MainWindow::showPageAt(int index)
{
    if (!m_workspace.files().hasProject())
        return;
    QWidget *page = ensurePage(index);
    m_current = index;
    m_stack->setCurrentWidget(page);
    m_rail->setCurrent(index);
    m_pageChoices[index]->setChecked(true);
    page->setFocus(Qt::OtherFocusReason);  // its keys work at once
    for (QAction *action : m_pageActions)
        m_editMenu->removeAction(action);
    m_pageActions = m_pages[static_cast<std::size_t>(index)].menuActions(page);
    m_editMenu->addActions(m_pageActions);
    m_pageActionsEnd->setVisible(!m_pageActions.isEmpty());
    session::setLastPage(m_pages[static_cast<std::size_t>(index)].id);
}

void MainWindow::showProblems()
{
    for (const WindowPage &page : m_pages)
        if (page.showProblems) {
            showPage(page.id);
            page.showProblems(page.widget);
        }
}

void MainWindow::showWelcome()
{
    for (QAction *action : m_pageActions)
        m_editMenu->removeAction(action);
    m_pageActions.clear();
    m_pageActionsEnd->setVisible(false);
    m_stack->setCurrentWidget(m_welcome);
    m_welcome->setFocus(Qt::OtherFocusReason);
    m_rail->setCurrent(-1);
    if (QAction *shown = m_pageChoices.value(m_current))
        shown->setChecked(false);
}

void MainWindow::connectWorkspace()
{
    ProjectFiles &files = m_workspace.files();
    connect(&files, &ProjectFiles::opened, this, [this] {
        m_rail->setEnabled(true);
        for (QAction *choice : m_pageChoices)
            choice->setEnabled(true);
        for (const char *key : {"open", "refused", "run", "history"})
            m_messages->dismiss(QString::fromLatin1(key));
        refreshTitle();
        const QString folder = QString::fromStdString(m_workspace.document().project().folder.string());
        if (!folder.isEmpty())
            session::setLastProject(folder);
        const QString page = !m_startPage.isEmpty() ? m_startPage : session::lastPage();
        m_startPage.clear();
        showPage(page);
        if (m_current < 0 || currentPage() != page)  // the first start, or a page that is no longer there
            showPageAt(0);
    });
    connect(&files, &ProjectFiles::openingChanged, m_status, [this](bool opening) { m_status->showMessage(opening ? tr("Opening...") : QString()); });
    connect(&files, &ProjectFiles::copiedFrom, m_status, [this](const QString &, const QString &folder) {
        m_status->showMessage(tr("This is your own copy, in %1").arg(folder));
    });
    connect(&files, &ProjectFiles::saved, this, [this](bool folderChanged) {
        m_messages->dismiss(QStringLiteral("save"));
        refreshTitle();
        const QString folder = QString::fromStdString(m_workspace.document().project().folder.string());
        if (folderChanged)
            session::setLastProject(folder);
        m_status->showMessage(tr("Saved in %1").arg(folder));
    });
    connect(&files, &ProjectFiles::openFailed, this, [this](const QString &, const QString &message) {
        m_messages->show({Message::Kind::Error, message, {}, QStringLiteral("open")});
        if (!m_workspace.files().hasProject()) {
            session::setLastProject({});
            showWelcome();
        }
    });
    connect(&files, &ProjectFiles::saveFailed, this, [this](const QString &message) {
        m_messages->show({Message::Kind::Error,
                          tr("The project is not saved. %1").arg(message),
                          {{tr("Try again"), [this] { m_actions->save->trigger(); }}, {tr("Save elsewhere"), [this] { chooseSaveFolder(); }}},
                          QStringLiteral("save")});
    });
    connect(&m_workspace.document(), &ProjectDocument::nameChanged, this, &MainWindow::refreshTitle);
    connect(&m_workspace.document(), &ProjectDocument::modifiedChanged, this, &MainWindow::refreshTitle);
    connect(&m_workspace.autosave(), &Autosave::failed, this, [this](const QString &message) {
        m_messages->show({Message::Kind::Warning, tr("Unsaved changes cannot be kept safe. %1").arg(message), {}, QStringLiteral("autosave")});
    });
    connect(&m_workspace.autosave(), &Autosave::leftoversFound, this, [this](const std::vector<Leftover> &leftovers) {
        for (const Leftover &leftover : leftovers)
            offerLeftover(leftover);
    });
    connect(&m_workspace.recent(), &RecentProjects::changed, this, &MainWindow::fillRecentMenus);
    connect(&m_workspace, &Workspace::samplesFound, this, &MainWindow::fillSampleMenu);
    connect(&m_workspace, &Workspace::runRefused, this, [this](const QString &reason) {
        QVector<MessageAction> actions;
        if (m_workspace.files().hasProject() && !m_workspace.document().analysis().runnable())
            actions.push_back({tr("Show problems"), [this] { showProblems(); }});
        m_messages->show({Message::Kind::Error, tr("The run cannot start. %1").arg(reason), actions, QStringLiteral("refused")});
    });
    connect(&m_workspace.run(), &LiveRun::started, this, [this] {
        m_messages->dismiss(QStringLiteral("refused"));
        m_messages->dismiss(QStringLiteral("run"));
        showPage(QStringLiteral("train"));
    });
    connect(&m_workspace.run(), &LiveRun::ended, this, [this] {
        if (const auto &error = m_workspace.run().progress().error)
            m_messages->show({Message::Kind::Error, tr("The run failed. %1").arg(QString::fromStdString(error->message)), {}, QStringLiteral("run")});
    });
    connect(&m_workspace.library(), &RunLibrary::failed, this, [this](const QString &message) {
        if (currentPage() != QLatin1String("runs"))  // that page says so itself
            m_messages->show({Message::Kind::Error, message, {}, QStringLiteral("history")});
    });
}

void MainWindow::offerLeftover(const Leftover &leftover)
{
    const QDateTime saved = QDateTime::fromMSecsSinceEpoch(leftover.savedMs);
    const QDateTime now = QDateTime::currentDateTime();
    const QString when = saved.date() == now.date() ? saved.toString(QStringLiteral("H:mm")) : momentText(leftover.savedMs, now.toMSecsSinceEpoch());
    const auto restore = [this, leftover] {
        m_guard->beforeLeaving(tr("Stop and restore"), [this, leftover] {
            m_workspace.files().restore(leftover.text, leftover.folder, [this, leftover](bool restored) {
                if (restored)
                    m_workspace.autosave().adopt(leftover);
            });
        });
    };
    m_messages->show({Message::Kind::Warning,
                      tr("Trainyard did not close properly: %1 has unsaved changes from %2.").arg(leftover.name, when),
                      {{tr("Restore"), restore, true}, {tr("Discard"), [this, leftover] { m_workspace.autosave().discard(leftover); }}},
                      QString::fromStdString(leftover.file.string())});
}

void MainWindow::refreshTitle()
{
    const bool open = m_workspace.files().hasProject();
    setWindowTitle(open ? tr("%1[*] - Trainyard").arg(QString::fromStdString(m_workspace.document().project().name)) : tr("Trainyard"));
    setWindowModified(open && m_workspace.document().isModified());
}

void MainWindow::saveSession()
{
    session::setWindowGeometry(saveGeometry());
    for (const WindowPage &page : m_pages)
        if (page.widget)
            session::setPageLayout(page.id, page.saveLayout(page.widget));
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    const bool nothingToAsk =
        !m_workspace.run().isActive() && !m_workspace.document().isModified() && !m_workspace.files().isSaving();
    if (m_mayClose || nothingToAsk) {
        saveSession();
        event->accept();
        return;
    }
    event->ignore();
    activateWindow();
    m_guard->beforeLeaving(tr("Stop and quit"), [this] {
        m_mayClose = true;
        QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
    });
}

}  // namespace trainyard::ui
