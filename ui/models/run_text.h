// How the facts of a run are put into words, the same in the table, the details and the comparison.
#pragma once

#include <optional>

#include <QString>

#include "engine/storage/run_record.h"

namespace trainyard::ui {

QString runStateText(RunState state);  // "Interrupted"
// What the table says while the cursor rests on the state: the state and, where there is one, the reason.
QString runStateExplanation(const RunRecord &run);

// Seconds from start to end, or to nowMs while the run goes on; absent for a run that never started. An interrupted
// run without an end counts up to its last heartbeat.
std::optional<double> runSeconds(const RunRecord &run, qint64 nowMs);
QString runDurationText(const RunRecord &run, qint64 nowMs);  // "1:12"; empty when it never started

// "Today 14:03", "Yesterday 9:12", "12 Nov 14:03", "12 Nov 2025"; local time.
QString momentText(qint64 ms, qint64 nowMs);
QString fullMomentText(qint64 ms);  // "2026-11-12 14:03:27"

QString metricValueText(const QString &name, double value);  // shares as "98.4 %", the rest with three digits
QString bestMetricText(const RunRecord &run);                // "accuracy 98.4 %"; empty when there is none
QString seriesTitle(const QString &name);                    // "samples_per_second" -> "Samples per second"
QString titleWithinSentence(const QString &name);            // "mean absolute error", but "F1"

// "cnn, baseline ,cnn" -> {"baseline", "cnn"}: trimmed, without repeats or empty ones, sorted.
QStringList tagsFromText(const QString &text);

}  // namespace trainyard::ui
