#include "ui/models/run_text.h"

#include <algorithm>

#include <QDateTime>
#include <QLocale>
#include <QStringList>

#include "engine/base/format.h"
#include "engine/metrics/metric.h"

namespace trainyard::ui {

QString runStateText(RunState state)
{
    QString text = QString::fromLatin1(runStateName(state));
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

QString runStateExplanation(const RunRecord &run)
{
    const QString reason = QString::fromStdString(run.exitReason);
    if (!reason.isEmpty())
        return runStateText(run.state) + QStringLiteral(": ") + reason;
    if (run.state == RunState::Interrupted)
        return QStringLiteral("Interrupted: the program ended while the run was going. "
                              "Everything up to its last quarter of a second is here.");
    return runStateText(run.state);
}

std::optional<double> runSeconds(const RunRecord &run, qint64 nowMs)
{
    if (run.startedMs <= 0)
        return std::nullopt;
    const qint64 end = run.endedMs > 0                          ? run.endedMs
                       : isActive(run.state)                    ? nowMs
                       : run.heartbeatMs > 0                    ? run.heartbeatMs
                                                                : run.startedMs;
    return static_cast<double>(std::max<qint64>(0, end - run.startedMs)) / 1000.0;
}

QString runDurationText(const RunRecord &run, qint64 nowMs)
{
    const auto seconds = runSeconds(run, nowMs);
    if (!seconds)
        return {};
    if (!isActive(run.state))
        return QString::fromStdString(formatDuration(*seconds));
    // A run that goes on counts whole seconds: tenths would only flicker.
    const auto whole = static_cast<qint64>(*seconds);
    if (whole >= 60)
        return QString::fromStdString(formatDuration(static_cast<double>(whole)));
    return QStringLiteral("0:%1").arg(whole, 2, 10, QLatin1Char('0'));
}

QString momentText(qint64 ms, qint64 nowMs)
{
    if (ms <= 0)
        return {};
    const QDateTime moment = QDateTime::fromMSecsSinceEpoch(ms);
    const QDate today = QDateTime::fromMSecsSinceEpoch(nowMs).date();
    const QLocale locale(QLocale::English);
    if (moment.date() == today)
        return QStringLiteral("Today ") + locale.toString(moment, QStringLiteral("HH:mm"));
    if (moment.date() == today.addDays(-1))
        return QStringLiteral("Yesterday ") + locale.toString(moment, QStringLiteral("HH:mm"));
    if (moment.date().year() == today.year())
        return locale.toString(moment, QStringLiteral("d MMM HH:mm"));
    return locale.toString(moment, QStringLiteral("d MMM yyyy"));
}

QString fullMomentText(qint64 ms)
{
    return ms > 0 ? QDateTime::fromMSecsSinceEpoch(ms).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")) : QString();
}

QString metricValueText(const QString &name, double value)
{
    if (isShare(name.section(QLatin1Char('/'), -1).toStdString()))
        return QString::fromStdString(formatPercent(value));
    return QString::fromStdString(formatSignificant(value));
}

QString bestMetricText(const RunRecord &run)
{
    if (!run.bestMetric)
        return {};
    const QString name = QString::fromStdString(run.bestMetricName);
    const QString value = metricValueText(name, *run.bestMetric);
    return name.isEmpty() ? value : titleWithinSentence(name) + QLatin1Char(' ') + value;
}

QString seriesTitle(const QString &name)
{
    const QString last = name.section(QLatin1Char('/'), -1);
    QString title = QString::fromStdString(metricTitle(last.toStdString()));
    if (title != last)
        return title;
    title.replace(QLatin1Char('_'), QLatin1Char(' '));
    if (!title.isEmpty())
        title[0] = title[0].toUpper();
    return title;
}

QString titleWithinSentence(const QString &name)
{
    return QString::fromStdString(withinSentence(seriesTitle(name).toStdString()));
}

QStringList tagsFromText(const QString &text)
{
    QStringList tags;
    for (const QString &part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const QString tag = part.simplified();
        if (!tag.isEmpty() && !tags.contains(tag))
            tags.append(tag);
    }
    tags.sort();
    return tags;
}

}  // namespace trainyard::ui
