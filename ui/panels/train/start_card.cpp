#include "ui/panels/train/start_card.h"

#include <algorithm>

#include <QAbstractItemView>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "engine/api/freeze_layers.h"
#include "engine/api/replace_head.h"
#include "ui/controls/card.h"
#include "ui/models/edit_project_command.h"
#include "ui/models/run_text.h"
#include "ui/panels/train/match_table.h"
#include "ui/panels/train/training_rows.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kRunWidth = 184;  // names of runs are long and their label is short

QString runText(const RunRecord &run)
{
    const QString best = bestMetricText(run);
    return best.isEmpty() ? StartCard::tr("%1: %2").arg(run.id).arg(QString::fromStdString(run.name))
                          : StartCard::tr("%1: %2, %3").arg(run.id).arg(QString::fromStdString(run.name), best);
}

QComboBox *makeBox(const char *name, const QString &accessibleName, int width)
{
    auto *box = new QComboBox;
    box->setObjectName(QLatin1String(name));
    box->setAccessibleName(accessibleName);
    box->setFixedWidth(width);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    return box;
}

}  // namespace

StartCard::StartCard(ProjectDocument &document, RunLibrary &library, StartMatcher &matcher, QWidget *parent)
    : FoldCard(QStringLiteral("startCard"), tr("Start from"), parent),
      m_document(document),
      m_library(library),
      m_matcher(matcher),
      m_kind(makeBox("startKind", tr("First weights"), kSettingWidth)),
      m_run(makeBox("startRun", tr("The run to start from"), kRunWidth)),
      m_weights(makeBox("startWeights", tr("Which weights of the run"), kSettingWidth)),
      m_fileRow(new QWidget),
      m_file(new QLineEdit),
      m_byOrder(new QCheckBox(tr("Match other names by order"))),
      m_runLabel(new QLabel(tr("Run"))),
      m_weightsLabel(new QLabel(tr("Its weights"))),
      m_summary(mutedLabel({})),
      m_mistake(makeMistakeLabel()),
      m_table(new MatchTable),
      m_freeze(new QPushButton(tr("Freeze matched"))),
      m_head(new QPushButton)
{
    auto *grid = makeSettingsGrid();
    content()->addLayout(grid);
    const auto addRow = [grid](QLabel *label, QWidget *field) {
        const int row = grid->rowCount();
        label->setBuddy(field);
        grid->addWidget(label, row, 0);
        grid->addWidget(field, row, 0, 1, 2, Qt::AlignRight);
    };
    m_kind->addItem(tr("Fresh weights"), static_cast<int>(StartKind::Fresh));
    m_kind->addItem(tr("A past run"), static_cast<int>(StartKind::Run));
    m_kind->addItem(tr("A file"), static_cast<int>(StartKind::File));
    m_weights->addItem(tr("Best"), false);
    m_weights->setItemData(0, tr("Those kept as the best, where the run kept any; else its latest."), Qt::ToolTipRole);
    m_weights->addItem(tr("Latest"), true);
    addRow(new QLabel(tr("First weights")), m_kind);
    addRow(m_runLabel, m_run);
    addRow(m_weightsLabel, m_weights);

    auto *file = new QHBoxLayout(m_fileRow);
    file->setContentsMargins({});
    file->setSpacing(kSpaceS);
    m_file->setReadOnly(true);
    m_file->setObjectName(QStringLiteral("startFile"));
    m_file->setAccessibleName(tr("The file to start from"));
    m_file->setPlaceholderText(tr("A .safetensors file"));
    auto *choose = new QPushButton(tr("Choose…"));
    choose->setObjectName(QStringLiteral("chooseStartFile"));
    choose->setAccessibleName(tr("Choose a file to start from"));
    connect(choose, &QPushButton::clicked, this, &StartCard::chooseFile);
    file->addWidget(m_file, 1);
    file->addWidget(choose);
    grid->addWidget(m_fileRow, grid->rowCount(), 0, 1, 2);
    grid->addWidget(m_byOrder, grid->rowCount(), 0, 1, 2);
    m_byOrder->setObjectName(QStringLiteral("startByOrder"));
    m_byOrder->setToolTip(tr("Layers whose names the source does not know take the next layer there that has all their shapes. Off, only equal names match."));

    m_summary->setObjectName(QStringLiteral("startSummary"));
    m_mistake->setObjectName(QStringLiteral("startMistake"));
    m_table->setObjectName(QStringLiteral("startTable"));
    content()->addWidget(m_mistake);
    content()->addWidget(m_summary);
    content()->addWidget(m_table);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(kSpaceS);
    m_freeze->setObjectName(QStringLiteral("freezeMatched"));
    m_freeze->setAccessibleName(tr("Freeze all matched layers"));
    m_freeze->setToolTip(tr("Layers whose weights are all loaded keep them as they are; the others are trained."));
    m_head->setObjectName(QStringLiteral("replaceHead"));
    buttons->addStretch(1);
    buttons->addWidget(m_freeze);
    buttons->addWidget(m_head);
    content()->addLayout(buttons);
    connectEverything();
    showValues();
    m_library.refresh();
}

void StartCard::connectEverything()
{
    connect(m_kind, &QComboBox::activated, this, [this] { chooseKind(static_cast<StartKind>(m_kind->currentData().toInt())); });
    connect(m_run, &QComboBox::activated, this, [this] {
        StartFrom start = m_document.training().startFrom;
        start.run = m_run->currentData().toLongLong();
        edit(start, tr("Start from run %1").arg(start.run));
    });
    connect(m_weights, &QComboBox::activated, this, [this] {
        StartFrom start = m_document.training().startFrom;
        start.latest = m_weights->currentData().toBool();
        edit(start, start.latest ? tr("Start from the latest weights") : tr("Start from the best weights"));
    });
    connect(m_byOrder, &QCheckBox::clicked, this, [this](bool on) {
        StartFrom start = m_document.training().startFrom;
        start.byOrder = on;
        edit(start, on ? tr("Match by order") : tr("Match by name only"));
    });
    connect(m_freeze, &QPushButton::clicked, this, &StartCard::freezeMatched);
    connect(m_head, &QPushButton::clicked, this, &StartCard::replaceOrKeepHead);
    connect(&m_library, &RunLibrary::runsLoaded, this, &StartCard::showRuns);
    connect(&m_matcher, &StartMatcher::changed, this, &StartCard::showMatch);
    connect(&Theme::instance(), &Theme::changed, this, &StartCard::showMatch);
    connect(&m_document, &ProjectDocument::trainingChanged, this, &StartCard::showValues);
    connect(&m_document, &ProjectDocument::projectReset, this, &StartCard::showValues);
    connect(&m_document, &ProjectDocument::graphChanged, this, &StartCard::showMatch);
}

void StartCard::edit(const StartFrom &start, const QString &what)
{
    TrainingConfig training = m_document.training();
    training.startFrom = start;
    m_document.setTraining(training, what);
}

void StartCard::chooseKind(StartKind kind)
{
    StartFrom start = m_document.training().startFrom;
    if (kind == start.kind)
        return;
    start.kind = kind;
    // Of each kind only its own is kept; fresh weights leave nothing behind.
    if (kind == StartKind::Fresh)
        start = {};
    if (kind == StartKind::File) {
        start.run = 0;
        start.latest = false;
    }
    if (kind == StartKind::Run) {
        start.file.clear();
        start.run = m_runs.empty() ? 0 : m_runs.front().id;  // the newest
    }
    edit(start, kind == StartKind::Fresh ? tr("Start with fresh weights") : kind == StartKind::Run ? tr("Start from a run") : tr("Start from a file"));
    if (kind == StartKind::File)
        chooseFile();
}

void StartCard::chooseFile()
{
    auto *dialog = new QFileDialog(this, tr("Choose weights to start from"), QString::fromStdString(m_document.project().folder.string()));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Weights (*.safetensors)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, &StartCard::takeFile);
    dialog->open();
}

void StartCard::takeFile(const QString &path)
{
    if (path.isEmpty())
        return;
    const QString folder = QString::fromStdString(m_document.project().folder.string());
    const QString inside = folder.isEmpty() ? QString() : QDir(folder).relativeFilePath(path);
    StartFrom start = m_document.training().startFrom;
    start.kind = StartKind::File;
    // A file of the project goes with it wherever it goes.
    start.file = (inside.isEmpty() || inside.startsWith(QLatin1String("..")) ? path : inside).toStdString();
    edit(start, tr("Start from %1").arg(path.section(QLatin1Char('/'), -1)));
    m_matcher.lookAgain();  // the same name may be another file by now
}

void StartCard::freezeMatched()
{
    if (!m_matcher.match())
        return;
    Project project = m_document.project();
    project.graph = freezeFlatLayers(std::move(project.graph), m_matcher.match()->loadedLayers());
    m_document.undoStack()->push(new EditProjectCommand(m_document, tr("Freeze matched layers"), std::move(project), -1));
}

bool StartCard::headIsLeftOut() const
{
    const Layer *head = m_document.graph().find(findHead(m_document.graph()));
    const auto &leaveOut = m_document.training().startFrom.leaveOut;
    return head && std::find(leaveOut.begin(), leaveOut.end(), head->name) != leaveOut.end();
}

void StartCard::replaceOrKeepHead()
{
    const auto replaced = replaceHead(m_document.graph(), m_document.dataSignature());
    if (!replaced)
        return;
    Project project = m_document.project();
    auto &leaveOut = project.training.startFrom.leaveOut;
    const QString name = QString::fromStdString(replaced->layer);
    if (headIsLeftOut()) {
        std::erase(leaveOut, replaced->layer);
        m_document.undoStack()->push(new EditProjectCommand(m_document, tr("Keep head %1").arg(name), std::move(project), -1));
        return;
    }
    leaveOut.push_back(replaced->layer);
    project.graph = replaced->graph;
    m_document.undoStack()->push(new EditProjectCommand(m_document, tr("Replace head %1").arg(name), std::move(project), -1));
}

void StartCard::showRuns(const std::vector<RunRecord> &runs)
{
    m_runs.clear();
    for (const RunRecord &run : runs)
        if (!isActive(run.state) && run.lastStep > 0)
            m_runs.push_back(run);
    showValues();
}

void StartCard::showValues()
{
    const StartFrom &start = m_document.training().startFrom;
    m_kind->setCurrentIndex(m_kind->findData(static_cast<int>(start.kind)));
    const bool ofRun = start.kind == StartKind::Run;
    for (QWidget *widget : std::initializer_list<QWidget *>{m_runLabel, m_run, m_weightsLabel, m_weights})
        widget->setVisible(ofRun);
    m_fileRow->setVisible(start.kind == StartKind::File);
    m_byOrder->setVisible(start.isSet());
    m_byOrder->setChecked(start.byOrder);
    if (!m_run->view()->isVisible()) {  // a list that is open is not changed under the hand
        m_run->clear();
        for (const RunRecord &run : m_runs) {
            m_run->addItem(runText(run), static_cast<qlonglong>(run.id));
            m_run->setItemData(m_run->count() - 1, runText(run), Qt::ToolTipRole);
        }
        if (ofRun && start.run > 0 && m_run->findData(static_cast<qlonglong>(start.run)) < 0)
            m_run->addItem(tr("%1: not in the history").arg(start.run), static_cast<qlonglong>(start.run));
        m_run->setCurrentIndex(m_run->findData(static_cast<qlonglong>(start.run)));
        m_run->setPlaceholderText(m_runs.empty() ? tr("No runs yet") : tr("Choose a run"));
        m_run->setToolTip(m_run->currentText());
    }
    m_weights->setCurrentIndex(start.latest ? 1 : 0);
    const QString file = QString::fromStdString(start.file);
    m_file->setText(file);
    m_file->setToolTip(file);
    m_file->setCursorPosition(static_cast<int>(file.size()));  // its name is at the end
    showMatch();
}

void StartCard::showMatch()
{
    const bool set = m_document.training().startFrom.isSet();
    const auto &match = m_matcher.match();
    const bool shown = set && match && m_matcher.mistake().isEmpty();
    m_mistake->setText(set ? m_matcher.mistake() : QString());
    showHead(shown ? tr("%1 of %2").arg(match->loadedTensors()).arg(match->tensors.size()) : QString());
    m_mistake->setVisible(!m_mistake->text().isEmpty());
    QStringList words;
    if (shown) {
        words.append(QString::fromStdString(match->summary()));
        words.append(tr("From %1.").arg(m_matcher.source()));
        if (match->layout == SourceLayout::PyTorch)
            words.append(tr("The file has PyTorch's names and layouts, which are turned."));
        for (const std::string &note : match->notes)
            words.append(QString::fromStdString(note));
    } else if (set && m_matcher.mistake().isEmpty()) {
        words.append(!m_matcher.reason().isEmpty() ? m_matcher.reason() : tr("Being read…"));
    }
    m_summary->setText(words.join(QLatin1Char('\n')));
    m_summary->setVisible(!words.isEmpty());
    m_table->setVisible(set && match);
    if (set && match)
        m_table->setMatch(*match);
    m_freeze->setVisible(shown && !(freezeFlatLayers(m_document.graph(), match->loadedLayers()) == m_document.graph()));  // not where it changes nothing
    m_head->setVisible(shown && findHead(m_document.graph()) != 0);
    const bool leftOut = headIsLeftOut();
    m_head->setText(leftOut ? tr("Keep head") : tr("Replace head"));
    m_head->setAccessibleName(m_head->text());
    m_head->setToolTip(leftOut ? tr("Load the last layer with weights like the others.")
                               : tr("The last layer with weights starts afresh, as wide as the data have classes."));
}

// found: how many of the parameters begin with what the source has, once it is known.
void StartCard::showHead(const QString &found)
{
    const StartFrom &start = m_document.training().startFrom;
    QStringList source;
    if (start.kind == StartKind::Run)
        source.append(start.latest ? tr("run %1, latest").arg(start.run) : tr("run %1, best").arg(start.run));
    if (start.kind == StartKind::File)
        source.append(m_file->text().section(QLatin1Char('/'), -1));
    if (!found.isEmpty())
        source.append(found);
    setValue(found);
    setSummary(source.join(QStringLiteral(", ")));
    setMistake(m_mistake->text());
}

}  // namespace trainyard::ui
