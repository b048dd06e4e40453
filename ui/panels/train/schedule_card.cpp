#include "ui/panels/train/schedule_card.h"

#include <algorithm>
#include <cmath>

#include <QGridLayout>
#include <QLabel>

#include "engine/base/format.h"
#include "engine/train/schedules/learning_rate.h"
#include "ui/charts/function_plot.h"
#include "ui/controls/card.h"
#include "ui/panels/train/course_fields.h"
#include "ui/panels/train/training_rows.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr std::int64_t kMostPoints = 1500;

QString count(std::int64_t number)
{
    return QString::fromStdString(formatCount(number));
}

QString rateText(double rate)
{
    return QString::number(rate, 'g', 3);  // 0.001, not 0.00100: a rate is mostly a round number
}

}  // namespace

ScheduleCard::ScheduleCard(ProjectDocument &document, QWidget *parent)
    : SettingsCard(document, QStringLiteral("scheduleCard"), tr("Schedule"), parent),
      m_plot(new FunctionPlot),
      m_note(mutedLabel({}))
{
    rows().add(scheduleChoiceField());
    m_plot->setAccessibleName(tr("The learning rate of every step"));
    m_plot->setObjectName(QStringLiteral("schedulePlot"));
    m_note->setObjectName(QStringLiteral("scheduleNote"));
    addBelow(m_plot);
    addBelow(m_note);
    for (const TrainingField &field : scheduleFields())
        rows().add(field);
    for (const TrainingField &field : warmupFields())
        rows().add(field);
    connect(m_plot, &FunctionPlot::left, this, [this] { setValue({}); });
    connect(m_plot, &FunctionPlot::hovered, this, [this](double x) {
        const TrainingConfig &training = this->document().training();
        const qint64 trainRows = this->document().dataSignature() ? this->document().dataSignature()->trainRows : 0;
        const std::int64_t perEpoch = std::max<std::int64_t>(1, stepsPerEpochOf(training, trainRows));
        const LearningRate rate(training.schedule, training.optimizer.learningRate, perEpoch, totalStepsOf(training, perEpoch));
        const auto step = static_cast<std::int64_t>(std::max(0.0, std::round(x)));
        setValue(tr("step %1: %2").arg(count(step), rateText(rate.at(step))));
    });
    showValues();
}

void ScheduleCard::showValues()
{
    SettingsCard::showValues();
    showCourse();
}

void ScheduleCard::showCourse()
{
    const TrainingConfig &training = document().training();
    const qint64 rows = document().dataSignature() ? document().dataSignature()->trainRows : 0;
    if (!checkTraining(training, rows)) {
        m_plot->setCurves({}, {});
        m_note->setText(tr("The rate of every step appears here once the settings fit each other."));
        return;
    }
    // Without data the run is shown as if it had one step per epoch, and one that ends by time as if it took its epochs.
    const std::int64_t perEpoch = std::max<std::int64_t>(1, stepsPerEpochOf(training, rows));
    const std::int64_t planned = totalStepsOf(training, perEpoch);
    const std::int64_t steps = planned > 0 ? planned : training.epochs * perEpoch;
    const LearningRate rate(training.schedule, training.optimizer.learningRate, perEpoch, planned);
    const std::int64_t points = std::min(std::max<std::int64_t>(2, steps), kMostPoints);
    FunctionCurve curve;
    for (std::int64_t i = 0; i < points; ++i) {
        const std::int64_t step = steps > points ? i * (steps - 1) / (points - 1) : i;
        curve.x.push_back(static_cast<double>(step));
        curve.y.push_back(rate.at(step));
    }
    const auto [low, high] = std::minmax_element(curve.y.begin(), curve.y.end());
    const double smallest = *low, largest = *high;
    const double first = curve.y.front(), last = curve.y.back();
    FunctionAxes axes;
    axes.yFromZero = true;
    m_plot->setCurves({std::move(curve)}, axes);

    QString note = smallest == largest ? tr("%1 for all %2 steps.").arg(rateText(first), count(steps))
                   : largest > std::max(first, last)
                       ? tr("From %1 up to %2 and down to %3, in %4 steps.").arg(rateText(first), rateText(largest), rateText(last), count(steps))
                       : tr("From %1 to %2 in %3 steps.").arg(rateText(first), rateText(last), count(steps));
    if (!rate.metric().empty())
        note = tr("%1 until the metric stops improving: when it falls, the evaluations say.").arg(rateText(largest));
    else if (training.length.unit == LengthUnit::Minutes)
        note = tr("The run ends by time: shown are %1 steps.").arg(count(steps));
    if (rows == 0)
        note += QLatin1Char(' ') + tr("The data set is not known yet: shown with one step per epoch.");
    m_note->setText(note);
}

QString ScheduleCard::note() const
{
    return m_note->text();
}

}  // namespace trainyard::ui
