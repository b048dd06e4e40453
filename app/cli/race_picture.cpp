#include "app/cli/race_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/base/format.h"

namespace trainyard::cli {

namespace {

constexpr int kLeastBar = 12, kMostBar = 60, kColumns = 100;

std::string nameOf(const RaceLane &lane)
{
    std::string name = contestantText(lane.contestant);
    if (lane.device && lane.contestant.device != "cpu")
        name += " (" + lane.device->name + ")";
    return name;
}

std::size_t widestName(const RaceState &state)
{
    std::size_t width = 0;
    for (const RaceLane &lane : state.lanes)
        width = std::max(width, nameOf(lane).size());
    return width;
}

// Eighths of a character, so that a bar is as long as its number.
std::string bar(double share, int width)
{
    static constexpr std::array kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const int eighths = std::max(1, static_cast<int>(std::lround(share * width * 8)));
    std::string text;
    for (int i = 0; i < eighths / 8; ++i)
        text += "█";
    return text + kEighths[static_cast<std::size_t>(eighths % 8)];
}

std::string rateText(double rate)
{
    return rate >= 1e6 ? formatCount(std::llround(rate / 1e4) * 10'000) : formatSignificant(rate);
}

int terminalWidth()
{
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kColumns;
}

std::string liveText(const RaceLane &lane, double secondsEach)
{
    if (lane.phase == RacePhase::Racing)
        return fmt::format("{:4.1f} of {:g} s  {:>11} samples/s{}", lane.seconds, secondsEach, rateText(lane.meanRate().value_or(0)),
                           lane.loss ? "  loss " + formatSignificant(*lane.loss) : "");
    if (lane.phase == RacePhase::Finished)
        return fmt::format("finished  {:>11} samples/s", rateText(*lane.medianRate));
    return racePhaseName(lane.phase);
}

std::string factsOf(const RaceLane &lane)
{
    std::string facts;
    const auto joules = lane.joulesPerThousand();
    facts += joules ? formatSignificant(*joules) + " J per 1,000 samples" : "energy unknown";
    if (lane.loss)
        facts += ", loss " + formatSignificant(*lane.loss);
    if (lane.prepareSeconds && lane.warmUpSeconds)
        facts += fmt::format("; {} of compiling and warming up not counted", formatDuration(*lane.prepareSeconds + *lane.warmUpSeconds));
    return facts;
}

}  // namespace

std::vector<std::string> resultLines(const RaceState &state, int width)
{
    std::vector<std::string> lines;
    double highest = 0;
    for (const RaceLane &lane : state.lanes)
        highest = std::max(highest, lane.medianRate.value_or(0));
    const std::size_t name = widestName(state);
    for (const RaceLane &lane : state.lanes) {
        const std::string head = fmt::format("{:<{}}  ", nameOf(lane), name);
        if (lane.phase != RacePhase::Finished) {
            lines.push_back(head + (lane.error ? "failed: " + lane.error->message : racePhaseName(lane.phase)));
            continue;
        }
        lines.push_back(head + bar(*lane.medianRate / highest, width) + " " + rateText(*lane.medianRate) + " samples/s");
        lines.push_back(std::string(name + 2, ' ') + factsOf(lane));
    }
    if (const auto result = raceResult(state))
        lines.push_back(fmt::format("{} is {} times as fast as {} (median of the seconds, {:g} s each).", nameOf(state.lanes[result->fastest]),
                                    formatSignificant(result->ratio), nameOf(state.lanes[result->slowest]), state.secondsEach));
    return lines;
}

RacePicture::RacePicture() : m_terminal(::isatty(STDOUT_FILENO) == 1) {}

void RacePicture::showLive(const RaceState &state)
{
    m_told.resize(state.lanes.size(), RacePhase::Waiting);
    if (!m_terminal) {
        for (std::size_t i = 0; i < state.lanes.size(); ++i) {
            if (m_told[i] == state.lanes[i].phase || state.ended)
                continue;
            m_told[i] = state.lanes[i].phase;
            std::printf("%s: %s\n", nameOf(state.lanes[i]).c_str(), racePhaseName(state.lanes[i].phase));
        }
        std::fflush(stdout);
        return;
    }
    clear();
    for (const RaceLane &lane : state.lanes)
        std::printf("%.*s\n", terminalWidth() - 1, fmt::format("{:<{}}  {}", nameOf(lane), widestName(state), liveText(lane, state.secondsEach)).c_str());
    std::fflush(stdout);
    m_drawn = static_cast<int>(state.lanes.size());
}

void RacePicture::showResult(const RaceState &state)
{
    clear();
    const int room = terminalWidth() - static_cast<int>(widestName(state)) - 24;
    for (const std::string &line : resultLines(state, std::clamp(room, kLeastBar, kMostBar)))
        std::printf("%s\n", line.c_str());
}

void RacePicture::clear()
{
    for (; m_drawn > 0; --m_drawn)
        std::printf("\x1b[1A\x1b[2K");
}

}  // namespace trainyard::cli
