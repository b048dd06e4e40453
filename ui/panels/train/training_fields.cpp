#include "ui/panels/train/training_fields.h"

#include <limits>

#include <QCoreApplication>
#include <QLocale>

#include "engine/base/format.h"

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

// ofSome: only some optimizers have it.
TrainingField realField(const char *key, const QString &label, const QString &help, double OptimizerConfig::*member, bool ofSome = true)
{
    return {QString::fromLatin1(key), label, help, ofSome, false, false,
            [member](const TrainingConfig &config) { return realText(config.optimizer.*member); },
            [member](TrainingConfig &config, const QString &text) { return parseReal(text, config.optimizer.*member); }};
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

TrainingField nesterovField()
{
    return {QStringLiteral("nesterov"), tr("Nesterov"), tr("Looks one step ahead along the momentum."), true, true, false,
            [](const TrainingConfig &config) { return config.optimizer.nesterov ? QStringLiteral("true") : QStringLiteral("false"); },
            [](TrainingConfig &config, const QString &text) {
                config.optimizer.nesterov = text == QLatin1String("true");
                return true;
            }};
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

const std::vector<TrainingField> &trainingFields()
{
    static const std::vector<TrainingField> fields{
        realField("learningRate", tr("Learning rate"), tr("How far each step goes."), &OptimizerConfig::learningRate, false),
        realField("momentum", tr("Momentum"), tr("How much of the last step goes on, 0 to below 1."), &OptimizerConfig::momentum),
        nesterovField(),
        realField("beta1", tr("Beta 1"), tr("How slowly the mean of the gradients follows, 0 to below 1."), &OptimizerConfig::beta1),
        realField("beta2", tr("Beta 2"), tr("How slowly the mean of the squared gradients follows, 0 to below 1."), &OptimizerConfig::beta2),
        realField("epsilon", tr("Epsilon"), tr("Keeps the division away from zero."), &OptimizerConfig::epsilon),
        realField("weightDecay", tr("Weight decay"), tr("Pulls every weight towards zero; 0 is off."), &OptimizerConfig::weightDecay),
        realField("clipNorm", tr("Clip norm"), tr("Scales all gradients down together until their norm is at most this; 0 is off."), &OptimizerConfig::clipNorm, false),
        realField("clipValue", tr("Clip value"), tr("Cuts every element of the gradients to at most this size; 0 is off."), &OptimizerConfig::clipValue, false),
        wholeField("batchSize", tr("Batch size"), tr("Rows in each step."), &TrainingConfig::batchSize),
        wholeField("epochs", tr("Epochs"), tr("How often the run goes through the training part."), &TrainingConfig::epochs),
        seedField(),
        threadsField(),
        wholeField("checkpointEveryEpochs", tr("Checkpoint every"), tr("Epochs between two checkpoints; 0: only on Stop and on request."),
                   &TrainingConfig::checkpointEveryEpochs),
        gpuSwitch("tf32", tr("TF32"), tr("Products of float32 numbers with factors rounded to 10 bits of mantissa: faster, less exact."), &TrainingConfig::tf32),
        gpuSwitch("autotune", tr("Autotune"), tr("Times the kernels there are for each shape before the first step, instead of taking the library's advice."),
                  &TrainingConfig::autotune),
        wholeField("memoryLimitMiB", tr("Memory limit, MiB"), tr("The most a run may take of the GPU; 0: what is free."), &TrainingConfig::memoryLimitMiB, true),
    };
    return fields;
}

}  // namespace trainyard::ui
