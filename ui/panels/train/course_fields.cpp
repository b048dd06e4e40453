#include "ui/panels/train/course_fields.h"

#include <QCoreApplication>

#include "engine/base/format.h"
#include "engine/program/metric_names.h"
#include "ui/models/run_text.h"

namespace trainyard::ui {

namespace {

const QString kOn = QStringLiteral("true"), kOff = QStringLiteral("false");

QString tr(const char *text)
{
    return QCoreApplication::translate("CourseFields", text);
}

// value: the setting within the whole configuration.
template <typename T>
TrainingField makeField(const char *key, const char *node, const QString &label, const QString &help, T &(*value)(TrainingConfig &))
{
    TrainingField field;
    field.key = QLatin1String(key);
    field.node = QLatin1String(node);
    field.label = label;
    field.help = help;
    const auto read = [value](const TrainingConfig &config) {
        TrainingConfig copy = config;
        return value(copy);
    };
    if constexpr (std::is_same_v<T, bool>) {
        field.isSwitch = true;
        field.text = [read](const TrainingConfig &config) { return read(config) ? kOn : kOff; };
        field.take = [value](TrainingConfig &config, const QString &text) {
            value(config) = text == kOn;
            return true;
        };
    } else if constexpr (std::is_same_v<T, std::string>) {
        field.text = [read](const TrainingConfig &config) { return QString::fromStdString(read(config)); };
        field.take = [value](TrainingConfig &config, const QString &text) {
            value(config) = text.toStdString();
            return true;
        };
    } else if constexpr (std::is_same_v<T, double>) {
        field.text = [read](const TrainingConfig &config) { return realText(read(config)); };
        field.take = [value](TrainingConfig &config, const QString &text) { return parseReal(text, value(config)); };
    } else {
        field.text = [read](const TrainingConfig &config) { return QString::fromStdString(formatCount(read(config))); };
        field.take = [value](TrainingConfig &config, const QString &text) {
            qint64 number = 0;
            if (!parseWhole(text, number))
                return false;
            value(config) = number;
            return true;
        };
    }
    return field;
}

std::function<bool(const TrainingConfig &)> trainsBy(LengthUnit unit)
{
    return [unit](const TrainingConfig &config) { return config.length.unit == unit; };
}

TrainingField lengthUnitField()
{
    TrainingField field;
    field.key = QStringLiteral("lengthUnit");
    field.label = tr("Train by");
    field.help = tr("What the length of the run is counted in.");
    field.text = [](const TrainingConfig &config) { return QString::fromLatin1(lengthUnitName(config.length.unit)); };
    field.take = [](TrainingConfig &config, const QString &text) {
        for (const LengthUnit unit : {LengthUnit::Epochs, LengthUnit::Steps, LengthUnit::Minutes})
            if (text == QLatin1String(lengthUnitName(unit))) {
                config.length.unit = unit;
                return true;
            }
        return false;
    };
    field.choices = [](const Graph &) {
        return std::vector<FieldChoice>{{tr("Epochs"), QStringLiteral("epochs"), tr("Times through the training part.")},
                                        {tr("Steps"), QStringLiteral("steps"), tr("Batches trained.")},
                                        {tr("Minutes"), QStringLiteral("minutes"), tr("Of training and evaluating; pauses do not count.")}};
    };
    return field;
}

TrainingField evaluationUnitField()
{
    TrainingField field = makeField<bool>("evaluationUnit", "", tr("Counted in"), tr("What the rhythm of the evaluations is counted in."),
                                          [](TrainingConfig &config) -> bool & { return config.evaluation.inSteps; });
    field.isSwitch = false;
    field.choices = [](const Graph &) { return std::vector<FieldChoice>{{tr("Epochs"), kOff, {}}, {tr("Steps"), kOn, {}}}; };
    return field;
}

// The network's first metric beside the loss is the default, which has no name in the file.
std::vector<FieldChoice> bestMetricChoices(const Graph &graph)
{
    std::vector<FieldChoice> choices = metricChoices(graph);
    choices[choices.size() > 1 ? 1 : 0].value.clear();
    return choices;
}

}  // namespace

std::vector<TrainingField> lengthFields()
{
    std::vector<TrainingField> fields{lengthUnitField()};
    fields.push_back(makeField<std::int64_t>("epochs", "epochs", tr("Epochs"), tr("How often the run goes through the training part."),
                                             [](TrainingConfig &config) -> std::int64_t & { return config.epochs; }));
    fields.back().isUsed = trainsBy(LengthUnit::Epochs);
    fields.push_back(makeField<std::int64_t>("lengthSteps", "length.steps", tr("Steps"), tr("How many batches the run trains in all."),
                                             [](TrainingConfig &config) -> std::int64_t & { return config.length.steps; }));
    fields.back().isUsed = trainsBy(LengthUnit::Steps);
    fields.push_back(makeField<double>("lengthMinutes", "length.minutes", tr("Minutes"), tr("How long the run trains; pauses do not count."),
                                       [](TrainingConfig &config) -> double & { return config.length.minutes; }));
    fields.back().isUsed = trainsBy(LengthUnit::Minutes);
    return fields;
}

std::vector<TrainingField> evaluationFields()
{
    const auto stops = [](const TrainingConfig &config) { return config.stopping.on; };
    const auto keeps = [](const TrainingConfig &config) { return config.best.keep; };
    std::vector<TrainingField> fields;
    const auto add = [&](TrainingField field, std::function<bool(const TrainingConfig &)> isUsed = {}) {
        field.isUsed = std::move(isUsed);
        fields.push_back(std::move(field));
    };
    add(makeField<std::int64_t>("evaluationEvery", "evaluation.every", tr("Evaluate every"),
                                tr("How often the validation part is evaluated. The end of the run always is."),
                                [](TrainingConfig &config) -> std::int64_t & { return config.evaluation.every; }));
    add(evaluationUnitField());
    add(makeField<bool>("stopEarly", "", tr("Stop early"), tr("Ends the run when a metric has stopped improving."),
                        [](TrainingConfig &config) -> bool & { return config.stopping.on; }));
    TrainingField metric = makeField<std::string>("stopMetric", "", tr("Metric"), tr("What has to improve, on the validation part."),
                                                  [](TrainingConfig &config) -> std::string & { return config.stopping.metric; });
    metric.choices = metricChoices;
    add(std::move(metric), stops);
    add(makeField<std::int64_t>("patience", "early_stopping.patience", tr("Patience"), tr("Evaluations in a row without an improvement that are waited for."),
                                [](TrainingConfig &config) -> std::int64_t & { return config.stopping.patience; }),
        stops);
    add(makeField<double>("minimumImprovement", "early_stopping.minimum_improvement", tr("Least improvement"),
                          tr("In the metric's own unit; less than this is none."),
                          [](TrainingConfig &config) -> double & { return config.stopping.minimumImprovement; }),
        stops);
    add(makeField<bool>("keepBest", "", tr("Keep best weights"), tr("The weights of the best evaluation are kept as a checkpoint of their own."),
                        [](TrainingConfig &config) -> bool & { return config.best.keep; }));
    TrainingField best = makeField<std::string>("bestMetric", "", tr("Best by"), tr("The metric that says which evaluation is the best."),
                                                [](TrainingConfig &config) -> std::string & { return config.best.metric; });
    best.choices = bestMetricChoices;
    add(std::move(best), keeps);
    add(makeField<bool>("testBest", "", tr("Test the best"), tr("The test at the end is of the best weights instead of the last ones."),
                        [](TrainingConfig &config) -> bool & { return config.best.test; }),
        keeps);
    return fields;
}

}  // namespace trainyard::ui
