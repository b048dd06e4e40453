#include "ui/panels/train/length_card.h"

#include "engine/base/format.h"
#include "ui/panels/train/course_fields.h"

namespace trainyard::ui {

namespace {

QString count(std::int64_t number)
{
    return QString::fromStdString(formatCount(number));
}

}  // namespace

LengthCard::LengthCard(ProjectDocument &document, QWidget *parent)
    : SettingsCard(document, QStringLiteral("lengthCard"), tr("Length"), parent)
{
    add(lengthFields());
}

QString LengthCard::summary() const
{
    const TrainingConfig &training = document().training();
    switch (training.length.unit) {
    case LengthUnit::Epochs: return training.epochs == 1 ? tr("1 epoch") : tr("%1 epochs").arg(count(training.epochs));
    case LengthUnit::Steps: return training.length.steps == 1 ? tr("1 step") : tr("%1 steps").arg(count(training.length.steps));
    case LengthUnit::Minutes:
        return training.length.minutes == 1 ? tr("1 minute") : tr("%1 minutes").arg(realText(training.length.minutes));
    }
    return {};
}

}  // namespace trainyard::ui
