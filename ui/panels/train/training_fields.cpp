#include "ui/panels/train/training_fields.h"

#include <algorithm>
#include <limits>

#include <QCoreApplication>
#include <QLocale>

#include "engine/base/format.h"
#include "engine/program/metric_names.h"
#include "ui/models/run_text.h"

namespace trainyard::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("TrainingFields", text);
}

QString compact(QString text)
{
    return text.remove(QLatin1Char(',')).remove(QLatin1Char(' ')).remove(QChar(QChar::Nbsp));
}

// node: the setting's key in the file.
TrainingField realField(const char *key, const char *node, const QString &label, const QString &help, double OptimizerConfig::*member)
{
    TrainingField field{QString::fromLatin1(key), label, help, false, false, false,
                        [member](const TrainingConfig &config) { return realText(config.optimizer.*member); },
                        [member](TrainingConfig &config, const QString &text) { return parseReal(text, config.optimizer.*member); }};
    field.node = QStringLiteral("optimizer.") + QLatin1String(node);
    return field;
}

// One of an optimizer's own, shown while that optimizer is chosen.
TrainingField optimizerField(const ParameterSpec &setting)
{
    const std::string key = setting.key;
    const ParameterKind kind = setting.kind;
    TrainingField field{QString::fromStdString(key), QString::fromStdString(setting.label), QString::fromStdString(setting.help), true,
                        kind == ParameterKind::Boolean, false,
                        [key](const TrainingConfig &config) {
                            const ParameterValue &value = config.optimizer.value(key);
                            if (const auto *on = std::get_if<bool>(&value))
                                return *on ? QStringLiteral("true") : QStringLiteral("false");
                            if (const auto *whole = std::get_if<std::int64_t>(&value))
                                return QString::fromStdString(formatCount(*whole));
                            return realText(std::get<double>(value));
                        },
                        [key, kind](TrainingConfig &config, const QString &text) {
                            double real = 0;
                            qint64 whole = 0;
                            if (kind == ParameterKind::Boolean)
                                config.optimizer.set(key, text == QLatin1String("true"));
                            else if (kind == ParameterKind::Integer ? !parseWhole(text, whole) : !parseReal(text, real))
                                return false;
                            else if (kind == ParameterKind::Integer)
                                config.optimizer.set(key, std::int64_t{whole});
                            else
                                config.optimizer.set(key, real);
                            return true;
                        }};
    field.node = QStringLiteral("optimizer.") + field.key;
    field.isUsed = [key](const TrainingConfig &config) {
        const OptimizerSpec *spec = findOptimizer(config.optimizer.type);
        return spec && std::any_of(spec->settings.begin(), spec->settings.end(), [&](const ParameterSpec &own) { return own.key == key; });
    };
    return field;
}

TrainingField wholeField(const char *key, const QString &label, const QString &help, std::int64_t TrainingConfig::*member, bool ofGpu = false)
{
    return {QString::fromLatin1(key), label, help, false, false, ofGpu,
            [member](const TrainingConfig &config) { return QString::fromStdString(formatCount(config.*member)); },
            [member](TrainingConfig &config, const QString &text) {
                qint64 value = 0;
                if (!parseWhole(text, value))
                    return false;
                config.*member = value;
                return true;
            }};
}

TrainingField matricesOnlyField()
{
    return {QStringLiteral("decayMatricesOnly"), tr("Decay matrices only"),
            tr("Biases and the scale and shift of norms, which have one axis, do not decay."), false, true, false,
            [](const TrainingConfig &config) { return config.optimizer.decayMatricesOnly ? QStringLiteral("true") : QStringLiteral("false"); },
            [](TrainingConfig &config, const QString &text) {
                config.optimizer.decayMatricesOnly = text == QLatin1String("true");
                return true;
            }};
}

TrainingField averageField()
{
    TrainingField field{QStringLiteral("emaDecay"), tr("Weight average"),
                        tr("How slowly a running average follows the weights, such as 0.999; 0 is off. Evaluation uses the average, and checkpoints keep "
                           "both. Early on it follows faster."),
                        false, false, false, [](const TrainingConfig &config) { return realText(config.emaDecay); },
                        [](TrainingConfig &config, const QString &text) { return parseReal(text, config.emaDecay); }};
    field.node = QStringLiteral("ema_decay");
    return field;
}

TrainingField accumulationField()
{
    TrainingField field = wholeField("accumulationSteps", tr("Accumulated batches"),
                                     tr("So many batches make one step: as a batch so much larger, in the memory of one. The last step of an epoch is "
                                        "filled up from the epoch's beginning."),
                                     &TrainingConfig::accumulationSteps);
    field.node = QStringLiteral("accumulation_steps");
    return field;
}

TrainingField recomputeField()
{
    return {QStringLiteral("recompute"), tr("Recompute to fit"),
            tr("Where the run takes too much memory, as much of the forward pass as it takes is not kept but worked out a second time in the backward pass: "
               "slower, with the same numbers. Layers and blocks marked so on the Model page are in any case."),
            false, true, false, [](const TrainingConfig &config) { return config.recompute ? QStringLiteral("true") : QStringLiteral("false"); },
            [](TrainingConfig &config, const QString &text) {
                config.recompute = text == QLatin1String("true");
                return true;
            }};
}

TrainingField recomputeSizeField()
{
    TrainingField field = wholeField("recomputeMiB", tr("Fit into, MiB"), tr("What the run's arena may take; 0: what is free on the device, less a tenth."),
                                     &TrainingConfig::recomputeMiB);
    field.node = QStringLiteral("recompute_mib");
    field.isUsed = [](const TrainingConfig &config) { return config.recompute; };
    return field;
}

TrainingField gpuSwitch(const char *key, const QString &label, const QString &help, bool TrainingConfig::*member)
{
    return {QString::fromLatin1(key), label, help, false, true, true,
            [member](const TrainingConfig &config) { return config.*member ? QStringLiteral("true") : QStringLiteral("false"); },
            [member](TrainingConfig &config, const QString &text) {
                config.*member = text == QLatin1String("true");
                return true;
            }};
}

TrainingField seedField()
{
    return {QStringLiteral("seed"), tr("Seed"), tr("Of the first weights, the order of the rows and dropout. The same seed gives the same run to the bit."),
            false, false, false, [](const TrainingConfig &config) { return QString::number(config.seed); },
            [](TrainingConfig &config, const QString &text) {
                bool fits = false;
                const quint64 value = compact(text).toULongLong(&fits);
                if (fits)
                    config.seed = value;
                return fits;
            }};
}

TrainingField threadsField()
{
    return {QStringLiteral("threads"), tr("Threads"), tr("Processor threads; 0 takes as many as pay."), false, false, false,
            [](const TrainingConfig &config) { return QString::number(config.threads); },
            [](TrainingConfig &config, const QString &text) {
                qint64 value = 0;
                if (!parseWhole(text, value) || value > std::numeric_limits<int>::max() || value < std::numeric_limits<int>::min())
                    return false;
                config.threads = static_cast<int>(value);
                return true;
            }};
}

}  // namespace

bool parseWhole(const QString &text, qint64 &value)
{
    bool fits = false;
    const qint64 number = compact(text).toLongLong(&fits);
    if (fits)
        value = number;
    return fits;
}

bool parseReal(const QString &text, double &value)
{
    bool fits = false;
    const double number = QLocale::c().toDouble(compact(text), &fits);
    if (fits)
        value = number;
    return fits;
}

QString realText(double value)
{
    return QLocale::c().toString(value, 'g', QLocale::FloatingPointShortest);
}

std::vector<FieldChoice> metricChoices(const Graph &graph)
{
    std::vector<FieldChoice> choices;
    for (const std::string &name : metricNames(graph)) {
        const QString value = QString::fromStdString(name);
        choices.push_back({seriesTitle(value), value, {}});
    }
    return choices;
}

const std::vector<TrainingField> &trainingFields()
{
    static const std::vector<TrainingField> fields = [] {
        std::vector<TrainingField> all;
        const auto add = [&all](SettingsGroup group, TrainingField field) {
            field.group = group;
            all.push_back(std::move(field));
        };
        add(SettingsGroup::Basic, realField("learningRate", "learning_rate", tr("Learning rate"), tr("How far each step goes."),
                                            &OptimizerConfig::learningRate));
        add(SettingsGroup::Basic,
            wholeField("batchSize", tr("Batch size"), tr("Rows the network sees at once."), &TrainingConfig::batchSize));
        for (const ParameterSpec &setting : optimizerSettings())
            add(SettingsGroup::Update, optimizerField(setting));
        add(SettingsGroup::Update, realField("weightDecay", "weight_decay", tr("Weight decay"),
                                             tr("Pulls every weight towards zero; 0 is off."), &OptimizerConfig::weightDecay));
        add(SettingsGroup::Update, matricesOnlyField());
        add(SettingsGroup::Update, averageField());
        add(SettingsGroup::Gradients,
            realField("clipNorm", "clip_norm", tr("Clip norm"),
                      tr("Scales all gradients down together until their norm is at most this; 0 is off."),
                      &OptimizerConfig::clipNorm));
        add(SettingsGroup::Gradients,
            realField("clipValue", "clip_value", tr("Clip value"),
                      tr("Cuts every element of the gradients to at most this size; 0 is off."), &OptimizerConfig::clipValue));
        add(SettingsGroup::Gradients, accumulationField());
        add(SettingsGroup::Compute,
            gpuSwitch("tf32", tr("TF32"),
                      tr("Products of float32 numbers with factors rounded to 10 bits of mantissa: faster, less exact."),
                      &TrainingConfig::tf32));
        add(SettingsGroup::Compute,
            gpuSwitch(
                "autotune", tr("Autotune"),
                tr("Times the kernels there are for each shape before the first step, instead of taking the library's advice."),
                &TrainingConfig::autotune));
        add(SettingsGroup::Compute, threadsField());
        add(SettingsGroup::Compute, recomputeField());
        add(SettingsGroup::Compute, recomputeSizeField());
        add(SettingsGroup::Compute,
            wholeField("memoryLimitMiB", tr("Memory limit, MiB"), tr("The most a run may take of the GPU; 0: what is free."),
                       &TrainingConfig::memoryLimitMiB, true));
        add(SettingsGroup::Record, seedField());
        add(SettingsGroup::Record, wholeField("checkpointEveryEpochs", tr("Checkpoint every"),
                                              tr("Epochs between two checkpoints; 0: only on Stop and on request."),
                                              &TrainingConfig::checkpointEveryEpochs));
        return all;
    }();
    return fields;
}

std::vector<TrainingField> trainingFields(SettingsGroup group)
{
    std::vector<TrainingField> fields;
    for (const TrainingField &field : trainingFields())
        if (field.group == group)
            fields.push_back(field);
    return fields;
}

}  // namespace trainyard::ui
