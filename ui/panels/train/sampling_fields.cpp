#include "ui/panels/train/sampling_fields.h"

#include <QCoreApplication>

#include "engine/base/format.h"

namespace trainyard::ui {

namespace {

const QString kOn = QStringLiteral("true"), kOff = QStringLiteral("false"), kLineEnd = QStringLiteral("\\n");

QString tr(const char *text)
{
    return QCoreApplication::translate("SamplingFields", text);
}

TrainingField field(const char *key, const char *node, const QString &label, const QString &help)
{
    TrainingField field;
    field.key = QLatin1String(key);
    field.node = QLatin1String(node);
    field.label = label;
    field.help = help;
    return field;
}

TrainingField countField(TrainingField field, std::int64_t SamplingConfig::*value)
{
    field.text = [value](const TrainingConfig &config) { return QString::fromStdString(formatCount(config.sampling.*value)); };
    field.take = [value](TrainingConfig &config, const QString &text) {
        qint64 number = 0;
        if (!parseWhole(text, number))
            return false;
        config.sampling.*value = number;
        return true;
    };
    return field;
}

}  // namespace

std::vector<TrainingField> samplingFields()
{
    std::vector<TrainingField> fields;
    TrainingField on = field("sampleOn", "", tr("During training"), tr("The network writes something after each evaluation of a run."));
    on.isSwitch = true;
    on.text = [](const TrainingConfig &config) { return config.sampling.on ? kOn : kOff; };
    on.take = [](TrainingConfig &config, const QString &text) {
        config.sampling.on = text == kOn;
        return true;
    };
    fields.push_back(std::move(on));

    // A line edit has one line: ends of lines are typed as in a program.
    TrainingField prompt = field(kPromptField, "sampling.prompt", tr("Prompt"),
                                 tr("What the sample begins with; \\n is the end of a line. Without one it begins as after the end of a line."));
    prompt.text = [](const TrainingConfig &config) {
        return QString::fromStdString(config.sampling.prompt).replace(QLatin1Char('\n'), kLineEnd);
    };
    prompt.take = [](TrainingConfig &config, const QString &text) {
        config.sampling.prompt = QString(text).replace(kLineEnd, QStringLiteral("\n")).toStdString();
        return true;
    };
    fields.push_back(std::move(prompt));

    fields.push_back(countField(field("sampleLength", "sampling.length", tr("Length"), tr("Tokens to write after the prompt.")), &SamplingConfig::length));

    TrainingField temperature = field("sampleTemperature", "sampling.temperature", tr("Temperature"),
                                      tr("0 always takes the likeliest token, 1 draws as the network says, more is wilder."));
    temperature.text = [](const TrainingConfig &config) { return realText(config.sampling.temperature); };
    temperature.take = [](TrainingConfig &config, const QString &text) { return parseReal(text, config.sampling.temperature); };
    fields.push_back(std::move(temperature));

    fields.push_back(countField(field("sampleTopK", "sampling.top_k", tr("Top k"), tr("Only so many of the likeliest tokens are drawn from; 0: all.")),
                                &SamplingConfig::topK));

    TrainingField seed = field("sampleSeed", "", tr("Seed"), tr("The same seed and weights write the same text."));
    seed.text = [](const TrainingConfig &config) { return QString::number(config.sampling.seed); };
    seed.take = [](TrainingConfig &config, const QString &text) {
        bool good = false;
        const quint64 number = text.toULongLong(&good);
        if (good)
            config.sampling.seed = number;
        return good;
    };
    fields.push_back(std::move(seed));
    return fields;
}

}  // namespace trainyard::ui
