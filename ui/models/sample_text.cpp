#include "ui/models/sample_text.h"

#include <QCoreApplication>

#include <nlohmann/json.hpp>

#include "engine/base/format.h"
#include "engine/base/json_text.h"

namespace trainyard::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SampleText", text);
}

QString captionOf(std::int64_t step, std::int64_t epoch)
{
    return tr("Step %1, epoch %2").arg(QString::fromStdString(formatCount(step)), QString::fromStdString(formatCount(epoch)));
}

QString settingsText(const SamplingConfig &settings)
{
    QString text = tr("%1 tokens, temperature %2").arg(QString::fromStdString(formatCount(settings.length)), QString::number(settings.temperature));
    if (settings.topK > 0)
        text += tr(", top %1").arg(QString::fromStdString(formatCount(settings.topK)));
    return text + tr(", seed %1").arg(settings.seed);
}

}  // namespace

ShownSample shownSample(const TextSample &sample)
{
    return {QString::fromStdString(sample.settings.prompt), QString::fromStdString(sample.text), captionOf(sample.step, sample.epoch),
            settingsText(sample.settings)};
}

std::vector<ShownSample> shownSamples(const std::vector<SampleRecord> &samples)
{
    std::vector<ShownSample> shown;
    for (const SampleRecord &sample : samples) {
        const auto json = parseJson<nlohmann::ordered_json>(sample.settingsJson);
        const auto settings = samplingFromJson(json);  // one that a newer program wrote may say less
        shown.push_back({QString::fromStdString(sample.prompt), QString::fromStdString(sample.text), captionOf(sample.step, sample.epoch),
                         settings ? settingsText(*settings) : QString()});
    }
    return shown;
}

}  // namespace trainyard::ui
