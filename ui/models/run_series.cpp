#include "ui/models/run_series.h"

#include <algorithm>

#include "ui/models/run_text.h"

namespace trainyard::ui {

namespace {

const QString kTrain = QStringLiteral("train/"), kValidation = QStringLiteral("validation/"), kTest = QStringLiteral("test/"),
              kBest = QStringLiteral("best/");

bool anyHas(const std::vector<const RunCurves *> &runs, const QString &series)
{
    return std::any_of(runs.begin(), runs.end(), [&](const RunCurves *curves) {
        const auto found = curves->find(series);
        return found != curves->end() && !found->second.empty();
    });
}

// The metrics measured anywhere, by name, loss not among them.
QStringList metricNames(const std::vector<const RunCurves *> &runs)
{
    // Series of the training part that are no metric of it.
    static const QStringList kNone{QStringLiteral("loss"), QStringLiteral("epoch_loss"), QStringLiteral("learning_rate")};
    QStringList names;
    for (const RunCurves *curves : runs) {
        for (const auto &[series, points] : *curves) {
            for (const QString &part : {kTrain, kValidation, kTest}) {
                const QString name = series.mid(part.size());
                if (series.startsWith(part) && !points.empty() && !kNone.contains(name) && !names.contains(name))
                    names.append(name);
            }
        }
    }
    names.sort();
    return names;
}

QString lastText(const RunCurves &curves, const QString &series)
{
    const auto found = curves.find(series);
    return found == curves.end() || found->second.empty() ? QString() : metricValueText(series, found->second.value.back());
}

}  // namespace

std::vector<SeriesChart> chartsFor(const std::vector<const RunCurves *> &runs)
{
    std::vector<SeriesChart> charts;
    const auto add = [&](const QString &title, const QString &series, const QString &background = {}) {
        if (anyHas(runs, series))
            charts.push_back({title, series, background});
    };
    add(QStringLiteral("Validation loss"), QStringLiteral("validation/loss"));
    add(QStringLiteral("Training loss"), QStringLiteral("train/loss"));
    for (const QString &name : metricNames(runs)) {
        const QString title = titleWithinSentence(name);
        if (anyHas(runs, kValidation + name))
            add(QStringLiteral("Validation %1").arg(title), kValidation + name, kTrain + name);
        else
            add(QStringLiteral("Training %1").arg(title), kTrain + name);
    }
    add(QStringLiteral("Samples per second"), QStringLiteral("throughput/samples"));
    return charts;
}

std::vector<MetricRow> metricsOf(const RunCurves &curves)
{
    std::vector<MetricRow> rows;
    QStringList names = metricNames({&curves});
    names.prepend(QStringLiteral("loss"));
    for (const QString &name : names) {
        // Of the loss the mean over the last epoch counts; the finer curve is of single batches.
        const QString training = name == QLatin1String("loss") ? QStringLiteral("epoch_loss") : name;
        MetricRow row{seriesTitle(name), lastText(curves, kTrain + training), lastText(curves, kValidation + name),
                      lastText(curves, kTest + name), lastText(curves, kBest + name)};
        if (!row.training.isEmpty() || !row.validation.isEmpty() || !row.test.isEmpty() || !row.best.isEmpty())
            rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace trainyard::ui
