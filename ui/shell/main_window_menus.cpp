// The menus of the window and what they open.
#include <QActionGroup>
#include <QApplication>
#include <QFileDialog>
#include <QMenu>
#include <QMenuBar>

#include "ui/shell/help_dialogs.h"
#include "ui/shell/leave_guard.h"
#include "ui/shell/main_window.h"
#include "ui/shell/session.h"
#include "ui/shell/top_bar.h"
#include "ui/shell/welcome_page.h"
#include "ui/shell/window_actions.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kMostInMenu = 9;

QString homeOfProjects()
{
    return QString::fromStdString(userProjectsFolder().string());
}

}  // namespace

void MainWindow::makeMenus()
{
    WindowActions &a = *m_actions;
    m_recentMenu = new QMenu(tr("Open &recent"), this);
    m_sampleMenu = new QMenu(tr("Open sa&mple"), this);
    m_recentMenu->setEnabled(false);
    m_sampleMenu->setEnabled(false);
    m_projectMenu = new QMenu(this);

    QMenu *file = menuBar()->addMenu(tr("&File"));
    file->addActions({a.create, a.open});
    file->addMenu(m_recentMenu);
    file->addMenu(m_sampleMenu);
    file->addSeparator();
    file->addActions({a.save, a.saveAs, a.rename});
    file->addSeparator();
    file->addAction(a.quit);

    m_editMenu = menuBar()->addMenu(tr("&Edit"));
    m_editMenu->addActions({a.undo, a.redo});
    m_pageActionsEnd = m_editMenu->addSeparator();

    QMenu *view = menuBar()->addMenu(tr("&View"));
    auto *choices = new QActionGroup(this);
    choices->setExclusionPolicy(QActionGroup::ExclusionPolicy::ExclusiveOptional);
    for (std::size_t i = 0; i < m_pages.size(); ++i) {
        QAction *choice = view->addAction(m_pages[i].word);
        choice->setIcon(themeIcon(m_pages[i].icon));
        choice->setCheckable(true);
        choice->setEnabled(false);
        choice->setShortcut(QKeySequence(static_cast<int>(Qt::CTRL) | static_cast<int>(Qt::Key_1 + static_cast<int>(i))));
        choices->addAction(choice);
        m_pageChoices.push_back(choice);
        connect(choice, &QAction::triggered, this, [this, i] { showPageAt(static_cast<int>(i)); });
    }
    view->addAction(a.showWelcome);
    view->addSeparator();
    QMenu *themes = view->addMenu(tr("&Theme"));
    auto *themeGroup = new QActionGroup(this);
    for (const auto &[word, appearance] : {std::pair(tr("&System"), Appearance::System), std::pair(tr("&Light"), Appearance::Light),
                                           std::pair(tr("&Dark"), Appearance::Dark)}) {
        QAction *choice = themes->addAction(word);
        choice->setCheckable(true);
        choice->setChecked(Theme::instance().appearance() == appearance);
        themeGroup->addAction(choice);
        connect(choice, &QAction::triggered, this, [appearance = appearance] {
            Theme::instance().apply(appearance);
            session::setAppearance(appearance);
        });
    }
    view->addSeparator();
    view->addAction(a.fullScreen);

    QMenu *run = menuBar()->addMenu(tr("&Run"));
    run->addActions({a.start, a.pause, a.stop});
    run->addSeparator();
    run->addAction(a.checkpoint);

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addActions({a.shortcuts, a.about});

    connect(a.create, &QAction::triggered, this, [this] {
        m_guard->beforeLeaving(tr("Stop and begin anew"), [this] {
            m_startPage = QStringLiteral("model");
            m_workspace.files().create();
        });
    });
    connect(a.open, &QAction::triggered, this, &MainWindow::chooseProject);
    connect(a.saveAs, &QAction::triggered, this, &MainWindow::chooseSaveFolder);
    connect(a.rename, &QAction::triggered, this, [this] { m_topBar->beginRename(); });
    connect(a.showWelcome, &QAction::triggered, this, &MainWindow::showWelcome);
    connect(a.quit, &QAction::triggered, this, &QWidget::close);
    connect(a.fullScreen, &QAction::triggered, this, [this](bool full) {
        setWindowState(windowState().setFlag(Qt::WindowFullScreen, full));
    });
    connect(a.shortcuts, &QAction::triggered, this, [this] { showShortcuts(menuBar(), this); });
    connect(a.about, &QAction::triggered, this, [this] { showAbout(this); });
    fillRecentMenus();
}

void MainWindow::fillRecentMenus()
{
    m_recentMenu->clear();
    m_projectMenu->clear();
    m_projectMenu->addActions({m_actions->create, m_actions->open, m_actions->save, m_actions->saveAs, m_actions->rename});
    m_projectMenu->addMenu(m_sampleMenu);
    const auto &recent = m_workspace.recent().list();
    if (!recent.empty())
        m_projectMenu->addSection(tr("Recent projects"));
    for (std::size_t i = 0; i < recent.size() && i < kMostInMenu; ++i) {
        QString name = recent[i].name;
        auto *action = new QAction(name.replace(QLatin1Char('&'), QLatin1String("&&")), m_recentMenu);
        action->setToolTip(recent[i].folder);
        connect(action, &QAction::triggered, this, [this, folder = recent[i].folder] { openProject(folder); });
        m_recentMenu->addAction(action);
        m_projectMenu->addAction(action);
    }
    m_recentMenu->setToolTipsVisible(true);
    m_projectMenu->setToolTipsVisible(true);
    m_recentMenu->setEnabled(!recent.empty());
    if (m_welcome)
        m_welcome->setRecent(recent);
}

void MainWindow::fillSampleMenu()
{
    m_sampleMenu->clear();
    m_sampleMenu->setToolTipsVisible(true);
    for (const Sample &sample : m_workspace.samples()) {
        QAction *action = m_sampleMenu->addAction(QString::fromStdString(sample.title));
        action->setToolTip(QString::fromStdString(sample.description));
        connect(action, &QAction::triggered, this, [this, folder = QString::fromStdString(sample.folder.string())] { openProject(folder); });
    }
    m_sampleMenu->setEnabled(!m_workspace.samples().empty());
    m_welcome->setSamples(m_workspace.samples());
}

void MainWindow::openProject(const QString &path)
{
    m_guard->beforeLeaving(tr("Stop and open"), [this, path] { m_workspace.files().open(path); });
}

void MainWindow::chooseProject()
{
    auto *dialog = new QFileDialog(this, tr("Open a project"), homeOfProjects());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setLabelText(QFileDialog::Accept, tr("Open"));
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openProject);
    dialog->open();
}

void MainWindow::chooseSaveFolder()
{
    auto *dialog = new QFileDialog(this, tr("Save the project in a new folder"), homeOfProjects());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // an existing project is refused, never written over
    dialog->selectFile(QString::fromStdString(m_workspace.document().project().name));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &folder) { m_workspace.files().saveAs(folder); });
    dialog->open();
}

}  // namespace trainyard::ui
