#include "ui/panels/runs/runs_page.h"

#include <algorithm>

#include <QAction>
#include <QDataStream>
#include <QDateTime>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QIODevice>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "engine/base/format.h"
#include "ui/bridge/background.h"
#include "ui/controls/empty_state.h"
#include "ui/controls/gap_splitter.h"
#include "ui/controls/notice_bar.h"
#include "ui/models/edit_project_command.h"
#include "ui/models/run_export.h"
#include "ui/models/run_project.h"
#include "ui/models/run_text.h"
#include "ui/panels/runs/delete_runs_command.h"
#include "ui/panels/runs/run_comparison.h"
#include "ui/panels/runs/run_details_panel.h"
#include "ui/panels/runs/run_table.h"

namespace trainyard::ui {

namespace {

constexpr int kTickMs = 1000, kRefreshTicks = 2, kSelectionDelayMs = 60;
constexpr int kWide = 1800;  // from here on the table stands at the left of the comparison
constexpr int kFilterWidth = 280;
constexpr qint32 kLayoutVersion = 1;
enum Page { kLoadingPage, kEmptyPage, kBrokenPage, kRunsPage };

QString runsText(std::size_t count)
{
    return count == 1 ? RunsPage::tr("1 run") : RunsPage::tr("%1 runs").arg(QString::fromStdString(formatCount(static_cast<std::int64_t>(count))));
}

}  // namespace

RunsPage::RunsPage(ProjectDocument &document, RunLibrary &library, LiveRun &live, QWidget *parent)
    : QWidget(parent), m_document(document), m_library(library), m_live(live), m_notice(new NoticeBar), m_pages(new QStackedWidget),
      m_split(new GapSplitter(Qt::Vertical)), m_table(new RunTable(m_model)), m_comparison(new RunComparison)
{
    makeActions();
    auto *empty = new EmptyState(QStringLiteral("runs"), tr("Every run of this project is kept here, with its curves, settings and checkpoints."),
                                 tr("Start"));
    empty->setObjectName(QStringLiteral("emptyHistory"));
    connect(empty, &EmptyState::begun, this, &RunsPage::startRequested);
    auto *broken = new EmptyState(QStringLiteral("problem"), tr("The run history of this project cannot be read."), tr("Try again"));
    broken->setObjectName(QStringLiteral("brokenHistory"));
    connect(broken, &EmptyState::begun, this, [this] {
        if (m_library.store())
            m_library.open(m_library.store()->database());
    });
    m_split->addWidget(m_table);
    m_split->addWidget(m_comparison);
    m_split->setStretchFactor(0, 2);
    m_split->setStretchFactor(1, 3);
    m_split->setSizes({200, 400});
    auto *runs = new QWidget;
    auto *column = new QVBoxLayout(runs);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpaceS);
    column->addWidget(makeToolBar());
    column->addWidget(m_split, 1);
    m_pages->addWidget(new QWidget);  // nothing yet: a word would only flash
    m_pages->addWidget(empty);
    m_pages->addWidget(broken);
    m_pages->addWidget(runs);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceM, kSpaceM, kSpaceM, kSpaceM);
    layout->setSpacing(kSpaceS);
    layout->addWidget(m_notice);
    layout->addWidget(m_pages, 1);

    m_model.setNow(QDateTime::currentMSecsSinceEpoch());
    connectEverything();
    updateActions();
    m_library.refresh();
}

RunsPage::~RunsPage()
{
    m_comparison->details()->saveNotes();
    // The table goes before its model, and says nothing more to a page half gone.
    disconnect(m_table, nullptr, this, nullptr);
    delete m_pages;
}

void RunsPage::makeActions()
{
    const auto add = [this](const char *icon, const QString &text, QKeySequence keys, const QString &name, auto call) {
        auto *action = new QAction(themeIcon(QLatin1String(icon)), text, this);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        action->setObjectName(name);
        connect(action, &QAction::triggered, this, call);
        addAction(action);
        return action;
    };
    m_find = add("search", tr("Find runs"), QKeySequence::Find, QStringLiteral("findRuns"), [this] {
        m_filter->setFocus(Qt::ShortcutFocusReason);
        m_filter->selectAll();
    });
    m_rename = add("", tr("Rename"), Qt::Key_F2, QStringLiteral("renameRun"), [this] {
        if (m_table->currentIndex().column() == RunTableModel::Tags)
            m_table->editTags();
        else
            m_table->editName();
    });
    m_tags = add("", tr("Edit tags"), Qt::CTRL | Qt::Key_T, QStringLiteral("tagRun"), [this] { m_table->editTags(); });
    m_resume = add("resume", tr("Resume"), Qt::CTRL | Qt::SHIFT | Qt::Key_R, QStringLiteral("resumeRun"), [this] {
        if (const auto ids = m_table->selectedRuns(); ids.size() == 1)
            emit resumeRequested(ids.front());
    });
    m_startFrom = add("start-from", tr("Start a new run from this one"), {}, QStringLiteral("startFromRun"), &RunsPage::startFromSelected);
    m_startFrom->setIconText(tr("Start from this"));
    m_useNetwork = add("use-network", tr("Use this network"), {}, QStringLiteral("useNetwork"), &RunsPage::useNetwork);
    m_export = add("export", tr("Export points…"), Qt::CTRL | Qt::SHIFT | Qt::Key_E, QStringLiteral("exportRuns"), &RunsPage::chooseExportFile);
    m_delete = add("delete", tr("Delete"), QKeySequence::Delete, QStringLiteral("deleteRuns"), &RunsPage::deleteSelected);
    m_menu = new QMenu(this);
    m_menu->addActions({m_rename, m_tags});
    m_menu->addSeparator();
    m_menu->addActions({m_resume, m_startFrom, m_useNetwork, m_export});
    m_menu->addSeparator();
    m_menu->addAction(m_delete);
}

QList<QAction *> RunsPage::menuActions() const
{
    return {m_find, m_rename, m_tags, m_resume, m_startFrom, m_useNetwork, m_export, m_delete};
}

QWidget *RunsPage::makeToolBar()
{
    m_filter = new QLineEdit;
    m_filter->setPlaceholderText(tr("Filter by name, tag, state or note"));
    m_filter->setAccessibleName(tr("Filter runs"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(themeIcon(QStringLiteral("search"), ColorRole::Muted), QLineEdit::LeadingPosition);
    m_filter->setFixedWidth(kFilterWidth);
    m_count = new QLabel;
    m_count->setProperty("muted", true);

    auto *bar = new QWidget;
    auto *line = new QHBoxLayout(bar);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(kSpaceS);
    line->addWidget(m_filter);
    line->addWidget(m_count);
    line->addStretch(1);
    for (QAction *action : {m_resume, m_startFrom, m_useNetwork, m_export, m_delete}) {
        auto *button = new QToolButton;
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setAccessibleName(action->text());
        button->setFocusPolicy(Qt::TabFocus);
        line->addWidget(button);
    }
    return bar;
}

void RunsPage::connectEverything()
{
    connect(&m_library, &RunLibrary::opened, this, [this] {
        m_loaded = false;
        m_deleteStep = -1;
        m_toSelect.clear();
        m_model.setRuns({});
        m_comparison->showNothing();
        m_notice->clear();
        m_pages->setCurrentIndex(kLoadingPage);
    });
    connect(&m_library, &RunLibrary::runsLoaded, this, &RunsPage::takeRuns);
    connect(&m_library, &RunLibrary::failed, this, &RunsPage::showFailure);
    connect(&m_live, &LiveRun::runIdKnown, this, [this](qint64 id) {
        m_toSelect = {id};  // the run that has just begun is what one wants to see
        m_library.refresh();
    });
    connect(&m_live, &LiveRun::started, this, &RunsPage::updateActions);
    connect(&m_live, &LiveRun::ended, this, [this] {
        m_library.refresh();
        m_selectionDelay.start();
    });
    connect(&m_model, &RunTableModel::nameEdited, &m_library, &RunLibrary::rename);
    connect(&m_model, &RunTableModel::tagsEdited, &m_library, &RunLibrary::setTags);
    connect(m_comparison->details(), &RunDetailsPanel::notesEdited, this, [this](qint64 id, const QString &notes) {
        m_model.applyNotes(id, notes);
        m_library.setNotes(id, notes);
    });

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_table->filter()->setFilterText(text);
        updateCount();
    });
    connect(m_filter, &QLineEdit::returnPressed, this, [this] {
        m_table->setFocus(Qt::OtherFocusReason);
        m_table->selectFirst();
    });
    connect(m_table, &RunTable::selectionEdited, this, [this] {
        updateActions();
        m_selectionDelay.start();
    });
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint &at) {
        if (m_table->indexAt(at).isValid())
            m_menu->popup(m_table->viewport()->mapToGlobal(at));
    });

    connect(m_notice, &NoticeBar::actionTriggered, this, [this] {
        if (m_deleteStep >= 0 && m_document.undoStack()->index() == m_deleteStep)
            m_document.undoStack()->undo();
    });
    connect(m_document.undoStack(), &QUndoStack::indexChanged, this, [this](int index) {
        // Offered only while the deletion is what undo would take back.
        if (m_deleteStep >= 0 && index != m_deleteStep) {
            m_deleteStep = -1;
            m_notice->clear();
        }
    });

    m_selectionDelay.setSingleShot(true);
    m_selectionDelay.setInterval(kSelectionDelayMs);  // arrow keys held down must not read every run on the way
    connect(&m_selectionDelay, &QTimer::timeout, this, &RunsPage::loadSelection);
    m_tick.setInterval(kTickMs);
    connect(&m_tick, &QTimer::timeout, this, &RunsPage::tick);
    m_tick.start();
}

void RunsPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_model.setNow(QDateTime::currentMSecsSinceEpoch());
    m_library.refresh();
}

void RunsPage::tick()
{
    if (!isVisible())
        return;
    m_model.setNow(QDateTime::currentMSecsSinceEpoch());
    if (++m_ticks % kRefreshTicks != 0 || !(m_live.isActive() || m_model.anyActive()))
        return;
    m_library.refresh();
    const auto selected = m_table->selectedRuns();
    const bool growing = std::any_of(selected.begin(), selected.end(), [this](qint64 id) {
        const RunRecord *run = m_model.find(id);
        return run && isActive(run->state);
    });
    if (growing)
        loadSelection();
}

void RunsPage::takeRuns(const std::vector<RunRecord> &runs)
{
    m_model.setNow(QDateTime::currentMSecsSinceEpoch());
    const bool hadSelection = !m_table->selectedRuns().empty();
    m_model.setRuns(runs);
    if (!m_loaded && m_notice->kind() == NoticeBar::Kind::Error)
        m_notice->clear();
    const bool first = !m_loaded;
    m_loaded = true;
    m_pages->setCurrentIndex(runs.empty() ? kEmptyPage : kRunsPage);
    const bool known = std::any_of(m_toSelect.begin(), m_toSelect.end(), [this](qint64 id) { return m_model.rowOf(id) >= 0; });
    if (known) {
        m_table->selectRuns(m_toSelect);
        m_toSelect.clear();
    } else if (first && m_table->selectedRuns().empty()) {
        m_table->selectFirst();
    } else if (hadSelection && m_table->selectedRuns().empty() && m_table->currentIndex().isValid()) {
        m_table->selectRow(m_table->currentIndex().row());  // the neighbour of what was deleted
    }
    updateCount();
    updateActions();
}

void RunsPage::showFailure(const QString &message)
{
    m_deleteStep = -1;
    m_notice->showMessage(NoticeBar::Kind::Error, message);
    if (!m_loaded)
        m_pages->setCurrentIndex(kBrokenPage);
}

void RunsPage::saySomething(const QString &text)
{
    m_deleteStep = -1;
    m_notice->showMessage(NoticeBar::Kind::Info, text);
}

void RunsPage::updateCount()
{
    const int shown = m_table->filter()->rowCount(), all = m_model.rowCount();
    m_count->setText(shown == all ? runsText(static_cast<std::size_t>(all))
                                  : tr("%1 of %2").arg(QString::fromStdString(formatCount(shown)), runsText(static_cast<std::size_t>(all))));
}

void RunsPage::loadSelection()
{
    std::vector<qint64> ids = m_table->selectedRuns();
    const int number = ++m_asked;
    if (ids.empty()) {
        m_comparison->showNothing();
        return;
    }
    const std::size_t selected = ids.size();
    ids.resize(std::min(ids.size(), RunComparison::kMostRuns));
    m_model.makeCurveSlotsDistinct(ids);
    m_library.loadDetails(ids, this, [this, number, selected](std::vector<RunDetails> details) {
        if (number != m_asked)
            return;
        auto runs = std::make_shared<std::vector<ShownRun>>();
        for (RunDetails &one : details) {
            const int slot = m_model.curveSlot(one.record.id);
            runs->push_back({std::move(one), slot});
        }
        m_comparison->showRuns(runs, selected, QDateTime::currentMSecsSinceEpoch());
        updateActions();
    });
}

void RunsPage::updateActions()
{
    const auto ids = m_table->selectedRuns();
    const bool any = !ids.empty(), one = ids.size() == 1;
    const RunRecord *run = one ? m_model.find(ids.front()) : nullptr;
    const bool anyGoesOn = std::any_of(ids.begin(), ids.end(), [this](qint64 id) {
        const RunRecord *record = m_model.find(id);
        return record && isActive(record->state);
    });
    const auto set = [](QAction *action, const QString &whyNot, const QString &help) {
        action->setEnabled(whyNot.isEmpty());
        action->setToolTip(whyNot.isEmpty() ? help : whyNot);
    };
    const QString selectFirst = any ? QString() : tr("Select a run first."), selectOne = one ? QString() : tr("Select one run.");
    set(m_rename, selectFirst, tr("Rename the run"));
    set(m_tags, selectFirst, tr("Edit the run's tags, with commas between them"));
    set(m_useNetwork, selectOne, tr("Take this run's network and settings into the project; undo takes them back"));
    set(m_export, selectFirst, tr("Write every measured point of the selected runs to a CSV file"));
    set(m_delete, !any ? selectFirst : anyGoesOn ? tr("A run that goes on cannot be deleted. Stop it first.") : QString(),
        tr("Delete the selected runs; undo brings them back"));

    const auto &shown = *m_comparison->runs();
    const bool known = run && shown.size() == 1 && shown.front().details.record.id == run->id;
    const bool noCheckpoint = known && shown.front().details.checkpoints.empty();
    set(m_startFrom, !run ? selectOne : !known ? tr("Reading the run…") : noCheckpoint ? tr("This run has no checkpoint to start from.") : QString(),
        tr("Let the next run begin with this one's weights; the Train page shows what fits the network"));
    QString whyNot = selectOne;
    if (run) {
        const bool resumable = run->state == RunState::Interrupted || run->state == RunState::Stopped || run->state == RunState::Failed;
        if (!resumable)
            whyNot = isActive(run->state) ? tr("This run goes on.") : tr("This run has come to its end.");
        else if (m_live.isActive())
            whyNot = tr("Another run is going on. Stop it first, or wait for its end.");
        else if (!known)
            whyNot = tr("Reading the run…");
        else if (noCheckpoint)
            whyNot = tr("This run has no checkpoint to go on from.");
    }
    set(m_resume, whyNot, tr("Go on with this run from its latest checkpoint"));
}

void RunsPage::deleteSelected()
{
    const auto ids = m_table->selectedRuns();
    if (ids.empty())
        return;
    const RunRecord *run = ids.size() == 1 ? m_model.find(ids.front()) : nullptr;
    const QString text = run ? tr("Deleted \"%1\".").arg(QString::fromStdString(run->name)) : tr("Deleted %1.").arg(runsText(ids.size()));
    m_deleteStep = -1;  // the notice of an earlier deletion must not clear this one's
    const auto selectAgain = [page = QPointer<RunsPage>(this)](const std::vector<qint64> &restored) {
        if (page)
            page->m_toSelect = restored;
    };
    m_document.undoStack()->push(new DeleteRunsCommand(m_library, ids, selectAgain));
    m_deleteStep = m_document.undoStack()->index();
    m_notice->showMessage(NoticeBar::Kind::Info, text, tr("Undo"));
}

void RunsPage::useNetwork()
{
    const auto &shown = *m_comparison->runs();
    const auto ids = m_table->selectedRuns();
    if (ids.size() != 1 || shown.size() != 1 || shown.front().details.record.id != ids.front())
        return;
    const RunRecord &run = shown.front().details.record;
    const QString name = QString::fromStdString(run.name);
    Result<Project> project = projectOfRun(run, m_document.project());
    if (!project)
        return showFailure(QString::fromStdString(project.error().message));
    const Project &now = m_document.project();
    if (project->graph == now.graph && project->data == now.data && project->training == now.training)
        return saySomething(tr("The project has the network and settings of \"%1\" already.").arg(name));
    m_document.undoStack()->push(new EditProjectCommand(m_document, tr("Use network of %1").arg(name), std::move(*project), -1));
    saySomething(tr("The project now has the network and settings of \"%1\". Undo takes them back.").arg(name));
}

void RunsPage::startFromSelected()
{
    const auto ids = m_table->selectedRuns();
    const RunRecord *run = ids.size() == 1 ? m_model.find(ids.front()) : nullptr;
    if (!run)
        return;
    const QString name = QString::fromStdString(run->name);
    TrainingConfig training = m_document.training();
    training.startFrom.kind = StartKind::Run;
    training.startFrom.run = run->id;
    m_document.setTraining(training, tr("Start from %1").arg(name));
    saySomething(tr("The next run starts with the weights of \"%1\". Undo takes that back.").arg(name));
    emit startFromTaken();
}

void RunsPage::chooseExportFile()
{
    auto *dialog = new QFileDialog(this, tr("Export points"), QString::fromStdString(m_document.project().folder.string()));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("Tables (*.csv)"));
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(QStringLiteral("runs.csv"));
    connect(dialog, &QFileDialog::fileSelected, this, &RunsPage::exportTo);
    dialog->open();
}

void RunsPage::exportTo(const QString &path)
{
    m_library.loadDetails(m_table->selectedRuns(), this, [this, path](std::vector<RunDetails> details) {
        std::vector<ExportedRun> runs;
        std::int64_t points = 0;
        for (RunDetails &one : details) {
            for (const auto &[series, curve] : one.curves)
                points += static_cast<std::int64_t>(curve.size());
            runs.push_back({one.record.id, QString::fromStdString(one.record.name), std::move(one.curves)});
        }
        inBackground(
            this, [path, runs = std::move(runs)] { return exportPoints(path, runs); },
            [this, path, points, count = details.size()](const Status &written) {
                if (!written)
                    return showFailure(QString::fromStdString(written.error().message));
                saySomething(tr("Wrote %1 points of %2 to %3.").arg(QString::fromStdString(formatCount(points)), runsText(count), path));
            });
    });
}

void RunsPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const Qt::Orientation wanted = width() >= kWide ? Qt::Horizontal : Qt::Vertical;
    if (m_split->orientation() == wanted)
        return;
    (wanted == Qt::Vertical ? m_horizontalLayout : m_verticalLayout) = m_split->saveState();
    m_split->setOrientation(wanted);
    const QByteArray &layout = wanted == Qt::Vertical ? m_verticalLayout : m_horizontalLayout;
    if (layout.isEmpty() || !m_split->restoreState(layout))
        m_split->setSizes(wanted == Qt::Vertical ? QList<int>{2 * height() / 5, 3 * height() / 5} : QList<int>{9 * width() / 20, 11 * width() / 20});
    m_split->setOrientation(wanted);
}

QByteArray RunsPage::saveLayout() const
{
    const bool vertical = m_split->orientation() == Qt::Vertical;
    QByteArray layout;
    QDataStream stream(&layout, QIODevice::WriteOnly);
    stream << kLayoutVersion << (vertical ? m_split->saveState() : m_verticalLayout) << (vertical ? m_horizontalLayout : m_split->saveState())
           << m_table->saveColumns() << m_comparison->saveLayout();
    return layout;
}

void RunsPage::restoreLayout(const QByteArray &layout)
{
    QDataStream stream(layout);
    qint32 version = 0;
    QByteArray vertical, horizontal, columns, comparison;
    stream >> version >> vertical >> horizontal >> columns >> comparison;
    if (stream.status() != QDataStream::Ok || version != kLayoutVersion)
        return;
    m_verticalLayout = vertical;
    m_horizontalLayout = horizontal;
    const Qt::Orientation now = m_split->orientation();
    m_split->restoreState(now == Qt::Vertical ? vertical : horizontal);
    m_split->setOrientation(now);
    m_table->restoreColumns(columns);
    m_comparison->restoreLayout(comparison);
}

}  // namespace trainyard::ui
