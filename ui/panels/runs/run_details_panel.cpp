#include "ui/panels/runs/run_details_panel.h"

#include <algorithm>

#include <QDateTime>
#include <QFocusEvent>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QVBoxLayout>

#include "engine/api/start_file.h"
#include "engine/base/format.h"
#include "ui/charts/sample_view.h"
#include "ui/controls/card.h"
#include "ui/controls/text_grid.h"
#include "ui/models/run_difference.h"
#include "ui/models/run_series.h"
#include "ui/models/run_text.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kNotesDelayMs = 800, kNotesLines = 3, kEventLines = 8, kSampleHeight = 220;
constexpr std::size_t kCheckpointsShown = 8;

QString count(std::int64_t number)
{
    return QString::fromStdString(formatCount(number));
}

QString dashIfEmpty(const QString &text)
{
    return text.isEmpty() ? QStringLiteral("-") : text;
}

// Columns of the data file are many and alike: how many there are of each role says it.
QString columnsText(const std::vector<Setting> &settings)
{
    QStringList roles;
    std::map<QString, int> counts;
    for (const Setting &setting : settings) {
        if (setting.key.startsWith(QLatin1String("data.columns[")) && setting.key.endsWith(QLatin1String("].role"))) {
            if (++counts[setting.value] == 1)
                roles.append(setting.value);
        }
    }
    QStringList parts;
    for (const QString &role : roles) {
        const QString ending = role == QLatin1String("ignore") ? QStringLiteral("d") : counts[role] == 1 ? QString() : QStringLiteral("s");
        parts.append(QStringLiteral("%1 %2%3").arg(count(counts[role]), role, ending));
    }
    return parts.join(QStringLiteral(", "));
}

QPlainTextEdit *makeText(int lines)
{
    auto *text = new QPlainTextEdit;
    text->setTabChangesFocus(true);
    text->setFixedHeight(lines * text->fontMetrics().lineSpacing() + 20);
    return text;
}

}  // namespace

RunDetailsPanel::RunDetailsPanel(QWidget *parent)
    : QWidget(parent), m_samples(new SampleView), m_summary(new TextGrid), m_results(new TextGrid), m_settings(new TextGrid), m_checkpoints(new TextGrid),
      m_notes(makeText(kNotesLines)), m_events(makeText(kEventLines))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpaceM);
    const auto add = [column](const QString &title, QWidget *content) {
        auto *card = new Card(title);
        card->content()->addWidget(content);
        column->addWidget(card);
        return card;
    };
    m_resultsCard = add(tr("Results"), m_results);
    m_samplesCard = add(tr("Samples"), m_samples);
    m_samples->setFixedHeight(kSampleHeight);
    add(tr("Notes"), m_notes);
    add(tr("Run"), m_summary);
    add(tr("Settings"), m_settings);
    m_eventsCard = add(tr("Events"), m_events);
    m_checkpointsCard = add(tr("Checkpoints"), m_checkpoints);
    column->addStretch(1);
    m_results->setNumbersRight(true);
    m_notes->setAccessibleName(tr("Notes"));
    m_notes->setPlaceholderText(tr("What was tried, and what came of it"));
    m_events->setAccessibleName(tr("Events"));
    m_events->setReadOnly(true);

    m_notesDelay.setSingleShot(true);
    m_notesDelay.setInterval(kNotesDelayMs);
    connect(&m_notesDelay, &QTimer::timeout, this, &RunDetailsPanel::saveNotes);
    connect(m_notes, &QPlainTextEdit::textChanged, &m_notesDelay, qOverload<>(&QTimer::start));
}

void RunDetailsPanel::saveNotes()
{
    m_notesDelay.stop();
    const QString notes = m_notes->toPlainText();
    if (m_runId == 0 || notes == m_savedNotes)
        return;
    m_savedNotes = notes;
    emit notesEdited(m_runId, notes);
}

void RunDetailsPanel::setRun(const RunDetails &details, qint64 nowMs)
{
    const bool another = details.record.id != m_runId;
    if (another)
        saveNotes();
    m_runId = details.record.id;
    const QString notes = QString::fromStdString(details.record.notes);
    // While the person types, what the store still has is older.
    if (another || (!m_notes->hasFocus() && !m_notesDelay.isActive())) {
        m_savedNotes = notes;
        if (m_notes->toPlainText() != notes)
            m_notes->setPlainText(notes);
        m_notesDelay.stop();
    }
    if (another)
        m_eventsShown = 0;

    showSummary(details, nowMs);
    QList<QStringList> results;
    for (const MetricRow &row : metricsOf(details.curves))
        results.append({row.title, dashIfEmpty(row.training), dashIfEmpty(row.validation), dashIfEmpty(row.test)});
    m_results->setRows(results, {QString(), tr("Training"), tr("Validation"), tr("Test")});
    m_resultsCard->setVisible(!results.isEmpty());
    m_resultsCard->setValue(bestMetricText(details.record).isEmpty() ? QString() : tr("best %1").arg(bestMetricText(details.record)));
    showSamples(details);
    showSettings(details);
    showEvents(details);
    showCheckpoints(details);
}

void RunDetailsPanel::showSamples(const RunDetails &details)
{
    m_samplesCard->setVisible(!details.samples.empty());
    m_samplesCard->setValue(count(static_cast<std::int64_t>(details.samples.size())));
    m_samples->setSamples(shownSamples(details.samples));
}

void RunDetailsPanel::showSummary(const RunDetails &details, qint64 nowMs)
{
    const RunRecord &run = details.record;
    QList<QStringList> rows{{tr("Number"), QString::number(run.id)}, {tr("State"), runStateExplanation(run)}};
    const auto add = [&rows](const QString &title, const QString &value) {
        if (!value.isEmpty())
            rows.append({title, value});
    };
    add(tr("Started"), fullMomentText(run.startedMs > 0 ? run.startedMs : run.createdMs));
    add(tr("Duration"), runDurationText(run, nowMs));
    add(tr("Epochs"), run.lastEpoch > 0 ? count(run.lastEpoch) : QString());
    add(tr("Steps"), run.lastStep > 0 ? count(run.lastStep) : QString());
    add(tr("Parameters"), run.parameters > 0 ? count(run.parameters) : QString());
    QString device = QString::fromStdString(run.device);
    for (const Setting &setting : flattenJson(QByteArray::fromStdString(run.environmentJson)))
        if (setting.key == QLatin1String("device") && !setting.value.isEmpty())
            device = setting.value;
    add(tr("First weights"), QString::fromStdString(startText(run.environmentJson)));
    add(tr("Device"), device);
    add(tr("Precision"), QString::fromStdString(run.precision));
    m_summary->setRows(rows);
}

void RunDetailsPanel::showSettings(const RunDetails &details)
{
    const std::vector<Setting> settings = flattenJson(QByteArray::fromStdString(details.record.configJson));
    QList<QStringList> rows;
    for (const Setting &setting : settings) {
        if (setting.key.startsWith(QLatin1String("data.columns")) || setting.value.isEmpty() || setting.value == QLatin1String("[]"))
            continue;
        rows.append({settingTitle(setting.key), setting.value});
    }
    if (const QString columns = columnsText(settings); !columns.isEmpty())
        rows.append({tr("Columns"), columns});
    m_settings->setRows(rows);
}

void RunDetailsPanel::showEvents(const RunDetails &details)
{
    m_eventsCard->setVisible(!details.events.empty());
    m_eventsCard->setValue(count(static_cast<std::int64_t>(details.events.size())));
    if (m_eventsShown == details.events.size())
        return;
    if (m_eventsShown == 0 || m_eventsShown > details.events.size()) {
        m_events->clear();
        m_eventsShown = 0;
    }
    QStringList lines;
    for (std::size_t i = m_eventsShown; i < details.events.size(); ++i) {
        const StoredEvent &event = details.events[i];
        const QString level = event.level == "info" ? QString() : QString::fromStdString(event.level) + QStringLiteral(": ");
        lines.append(QStringLiteral("%1  step %2  %3%4").arg(QDateTime::fromMSecsSinceEpoch(event.timeMs).toString(QStringLiteral("HH:mm:ss")),
                                                            count(event.step), level, QString::fromStdString(event.text)));
    }
    m_eventsShown = details.events.size();
    m_events->appendPlainText(lines.join(QLatin1Char('\n')));
    m_events->verticalScrollBar()->setValue(m_events->verticalScrollBar()->maximum());
}

void RunDetailsPanel::showCheckpoints(const RunDetails &details)
{
    const auto &all = details.checkpoints;
    m_checkpointsCard->setVisible(!all.empty());
    m_checkpointsCard->setValue(count(static_cast<std::int64_t>(all.size())));
    QList<QStringList> rows;  // the newest first: that is the one a run goes on from
    for (std::size_t i = 0; i < std::min(all.size(), kCheckpointsShown); ++i) {
        const CheckpointRecord &one = all[all.size() - 1 - i];
        rows.append({tr("Epoch %1").arg(count(one.epoch)),
                     tr("step %1, %2, %3").arg(count(one.step), QString::fromStdString(formatBytes(static_cast<std::uint64_t>(one.bytes))),
                                               QString::fromStdString(one.path))});
    }
    if (all.size() > kCheckpointsShown)
        rows.append({QString(), tr("and %1 earlier").arg(all.size() - kCheckpointsShown)});
    m_checkpoints->setRows(rows);
}

}  // namespace trainyard::ui
