#include "ui/panels/device/race_text.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>

#include "engine/base/format.h"

namespace trainyard::ui {

namespace {

constexpr double kSame = 1.02;  // nearer than that is noise

QString tr(const char *text)
{
    return QCoreApplication::translate("RaceText", text);
}

QString number(double value)
{
    return QString::fromStdString(formatSignificant(value));
}

}  // namespace

QString phaseText(const RaceLane &lane, double secondsEach)
{
    switch (lane.phase) {
    case RacePhase::Waiting: return tr("waits for its turn");
    case RacePhase::Preparing: return tr("compiling; not counted");
    case RacePhase::WarmingUp: return tr("warming up; not counted");
    case RacePhase::Racing:
        return tr("%1 of %2 s").arg(lane.seconds, 0, 'f', 1).arg(number(secondsEach));
    case RacePhase::Finished: return tr("finished");
    case RacePhase::Failed: return tr("could not train this");
    case RacePhase::Cancelled: return lane.samples > 0 ? tr("cancelled after %1 s").arg(lane.seconds, 0, 'f', 1) : tr("cancelled");
    }
    return {};
}

QString turnText(int lane)
{
    return lane == 0 ? tr("goes first") : tr("goes next");
}

QString laneFacts(const RaceLane &lane)
{
    if (lane.error)
        return QString::fromStdString(lane.error->message);
    if (lane.samples == 0)
        return {};
    QStringList facts{tr("%1 samples").arg(QString::fromStdString(formatCount(lane.samples)))};
    if (lane.loss)
        facts += std::isfinite(*lane.loss) ? tr("loss %1").arg(number(*lane.loss)) : tr("the loss is no longer a number");
    if (const auto joules = lane.joulesPerThousand())
        facts += tr("%1 J per 1,000 samples").arg(number(*joules));
    else if (lane.phase == RacePhase::Finished)
        facts += tr("energy unknown");
    if (lane.prepareSeconds && lane.warmUpSeconds && lane.ended())
        facts += tr("%1 of compiling and warming up not counted")
                     .arg(QString::fromStdString(formatDuration(*lane.prepareSeconds + *lane.warmUpSeconds)));
    return facts.join(QStringLiteral("   "));
}

double projectedSamples(const RaceLane &lane, double secondsEach)
{
    if (lane.phase != RacePhase::Racing || !lane.meanRate())
        return static_cast<double>(lane.samples);
    return std::max(static_cast<double>(lane.samples), *lane.meanRate() * secondsEach);
}

double samplesAt(const RaceLane &lane, double seconds, double stretchSeconds)
{
    if (lane.seconds <= 0 || seconds >= lane.seconds)
        return static_cast<double>(lane.samples);
    // Between two marks the lane went on evenly.
    const double at = seconds / stretchSeconds;
    const auto stretch = static_cast<std::size_t>(at);
    const auto markOf = [&](std::size_t index) {
        return index == 0 ? 0.0 : index <= lane.marks.size() ? static_cast<double>(lane.marks[index - 1]) : static_cast<double>(lane.samples);
    };
    const double before = markOf(stretch), after = markOf(stretch + 1);
    return before + (after - before) * (at - static_cast<double>(stretch));
}

QString rateText(double samplesPerSecond)
{
    if (!(samplesPerSecond >= 1000) || !std::isfinite(samplesPerSecond))
        return number(samplesPerSecond);
    const double unit = std::pow(10.0, std::floor(std::log10(samplesPerSecond)) - 2);
    return QString::fromStdString(formatCount(std::llround(std::round(samplesPerSecond / unit) * unit)));
}

QString ratioText(double ratio)
{
    return number(ratio) + QChar(0x00D7);
}

QString verdictText(const RaceState &state, const QStringList &names)
{
    const auto result = raceResult(state);
    if (!result)
        return {};
    const auto name = [&](std::size_t lane) { return names.value(static_cast<int>(lane)); };
    if (result->ratio < kSame)
        return tr("Both are equally fast with this network.");
    QString text = tr("%1 is faster.").arg(name(result->fastest));
    const auto fast = state.lanes[result->fastest].joulesPerThousand(), slow = state.lanes[result->slowest].joulesPerThousand();
    if (fast && slow && *fast > 0 && *slow > 0)
        text += QLatin1Char(' ') + (*fast <= *slow ? tr("It takes %1 less energy for each sample.").arg(number(*slow / *fast) + QChar(0x00D7))
                                                   : tr("It takes %1 more energy for each sample.").arg(number(*fast / *slow) + QChar(0x00D7)));
    return text;
}

}  // namespace trainyard::ui
