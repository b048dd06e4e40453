// Everything about one run: what came out, why it ended, its settings, events, checkpoints, and notes to write.
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/bridge/run_library.h"

class QPlainTextEdit;

namespace trainyard::ui {

class Card;
class SampleView;
class TextGrid;

class RunDetailsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit RunDetailsPanel(QWidget *parent = nullptr);

    // Another run, or the same one with what has been added; unsaved notes of the one before leave first.
    void setRun(const RunDetails &details, qint64 nowMs);
    void saveNotes();  // now, if they were edited

signals:
    void notesEdited(qint64 runId, const QString &notes);

private:
    void showSummary(const RunDetails &details, qint64 nowMs);
    void showSettings(const RunDetails &details);
    void showEvents(const RunDetails &details);
    void showCheckpoints(const RunDetails &details);
    void showSamples(const RunDetails &details);

    qint64 m_runId = 0;
    QString m_savedNotes;
    QTimer m_notesDelay;
    std::size_t m_eventsShown = 0;
    Card *m_resultsCard, *m_eventsCard, *m_checkpointsCard, *m_samplesCard;
    SampleView *m_samples;
    TextGrid *m_summary, *m_results, *m_settings, *m_checkpoints;
    QPlainTextEdit *m_notes, *m_events;
};

}  // namespace trainyard::ui
