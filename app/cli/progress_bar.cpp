#include "app/cli/progress_bar.h"

#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/base/format.h"
#include "engine/metrics/metric.h"

namespace trainyard::cli {

namespace {

std::string metricText(const std::string &name, double value)
{
    return withinSentence(metricTitle(name)) + " " + (isShare(name) ? formatPercent(value) : formatSignificant(value));
}

std::string barText(const TrainProgress &progress, int width)
{
    const int filled = static_cast<int>(progress.share().value_or(0.0) * width + 0.5);
    std::string bar;
    for (int i = 0; i < width; ++i)
        bar += i < filled ? "█" : "░";
    return bar;
}

int terminalWidth()
{
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

}  // namespace

std::string progressText(const TrainProgress &progress)
{
    std::string text = progress.epochs > 0 ? fmt::format("epoch {}/{}", progress.epoch, progress.epochs) : fmt::format("epoch {}", progress.epoch);
    if (progress.trainLoss)
        text += "  loss " + formatSignificant(*progress.trainLoss);
    if (progress.validationMetric)
        text += "  val " + metricText(progress.metricName, *progress.validationMetric);
    else if (progress.trainMetric)
        text += "  " + metricText(progress.metricName, *progress.trainMetric);
    if (progress.samplesPerSecond)
        text += "  " + formatSignificant(*progress.samplesPerSecond) + " samples/s";
    if (progress.secondsLeft && !progress.ended())
        text += "  " + formatDuration(*progress.secondsLeft) + " left";
    return text;
}

ProgressBar::ProgressBar() : m_terminal(::isatty(STDOUT_FILENO) == 1) {}

void ProgressBar::show(const TrainProgress &progress)
{
    if (!m_terminal) {
        if (progress.epoch > m_lastEpoch)
            std::printf("%s\n", progressText(progress).c_str());
        m_lastEpoch = progress.epoch;
        std::fflush(stdout);
        return;
    }
    const std::string text = progressText(progress);
    const int room = terminalWidth() - static_cast<int>(text.size()) - 4;
    clear();
    if (room >= 8)
        std::printf("%s  ", barText(progress, room > 32 ? 32 : room).c_str());
    std::printf("%.*s", terminalWidth() - 1, text.c_str());
    std::fflush(stdout);
    m_drawn = true;
}

void ProgressBar::message(const std::string &text)
{
    clear();
    std::printf("%s\n", text.c_str());
}

void ProgressBar::clear()
{
    if (m_drawn)
        std::printf("\r\x1b[2K");
    m_drawn = false;
}

void ProgressBar::finish()
{
    if (m_drawn)
        std::printf("\n");
    m_drawn = false;
}

}  // namespace trainyard::cli
