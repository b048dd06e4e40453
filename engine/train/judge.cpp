#include "engine/train/judge.h"

#include <cmath>

#include "engine/base/format.h"

namespace trainyard {

Result<std::size_t> findMetric(std::span<const MetricSlot> metrics, const std::string &name, const char *what)
{
    if (name.empty())
        return metrics.size() > 1 ? std::size_t{1} : std::size_t{0};
    std::string names;
    for (std::size_t i = 0; i < metrics.size(); ++i) {
        if (metrics[i].name == name)
            return i;
        names += (i == 0 ? "" : i + 1 == metrics.size() ? " and " : ", ") + metrics[i].name;
    }
    return fail(ErrorCode::InvalidArgument, "The metric \"{}\" for {} is none of this network's, which are {}. Choose one of these.", name, what, names);
}

bool Judge::Watched::isBetter(double value, const std::optional<double> &before, double margin) const
{
    if (!std::isfinite(value))
        return false;
    if (!before)
        return true;
    const double gain = higher ? value - *before : *before - value;
    return gain > 0 && gain >= margin;
}

Result<Judge> Judge::create(const BestConfig &best, const StoppingConfig &stopping, std::span<const MetricSlot> metrics)
{
    Judge judge;
    judge.m_config = stopping;
    const auto watch = [&](Watched &watched, const std::string &name, const char *what) -> Status {
        TRAINYARD_TRY(watched.index, findMetric(metrics, name, what));
        watched.name = metrics[watched.index].name;
        watched.higher = metrics[watched.index].choice.spec->higherIsBetter;
        return {};
    };
    TRAINYARD_CHECK(watch(judge.m_best, best.metric, "the best weights"));
    if (stopping.on)
        TRAINYARD_CHECK(watch(judge.m_stop, stopping.metric, "early stopping"));
    return judge;
}

Judge::Verdict Judge::judge(std::int64_t step, std::span<const MetricResult> results)
{
    Verdict verdict;
    if (const double value = results[m_best.index].value; m_best.isBetter(value, m_state.best, 0)) {
        m_state.best = value;
        m_state.bestStep = step;
        verdict.isBest = true;
    }
    if (!m_config.on)
        return verdict;
    if (const double value = results[m_stop.index].value; m_stop.isBetter(value, m_state.toImprove, m_config.minimumImprovement)) {
        m_state.toImprove = value;
        m_state.waited = 0;
    } else {
        verdict.isOver = ++m_state.waited >= m_config.patience;
    }
    return verdict;
}

std::string Judge::whyOver() const
{
    const std::string best = m_state.toImprove ? fmt::format("; its best was {}", formatSignificant(*m_state.toImprove)) : std::string();
    return fmt::format("{} has not improved for {} evaluation{}{}.", m_stop.name, formatCount(m_state.waited), m_state.waited == 1 ? "" : "s", best);
}

}  // namespace trainyard
