#include "engine/train/schedules/learning_rate.h"

#include <algorithm>

namespace trainyard {

LearningRate::LearningRate(const ScheduleConfig &config, double base, std::int64_t stepsPerEpoch, std::int64_t totalSteps)
    : m_config(config), m_spec(findSchedule(config.type)), m_warmup(warmupSteps(config, stepsPerEpoch)),
      m_warmupFrom(LayerSettings(warmupSettings(), config.settings).real("warmup_from")), m_metric(scheduleMetric(config))
{
    m_point = {base, 0, std::max<std::int64_t>(1, stepsPerEpoch), totalSteps > 0 ? std::max<std::int64_t>(1, totalSteps - m_warmup) : 0};
}

double LearningRate::at(std::int64_t step) const
{
    const double rate = scheduled(step);
    if (!m_state.byHand)
        return rate;
    // Where the schedule had come down to zero, nothing can be scaled: the rate set by hand stays.
    return m_state.replaced > 0 ? *m_state.byHand * (rate / m_state.replaced) : *m_state.byHand;
}

double LearningRate::scheduled(std::int64_t step) const
{
    SchedulePoint point = m_point;
    point.step = std::max<std::int64_t>(0, step - m_warmup);
    const double rate = m_spec && m_spec->rate ? m_spec->rate(LayerSettings(m_spec->settings, m_config.settings), point)
                                               : m_point.base * m_state.plateau.factor;
    if (step >= m_warmup)
        return rate;
    // To where the schedule begins: torch.optim.lr_scheduler.LinearLR, in SequentialLR before any other.
    return rate * (m_warmupFrom + (1 - m_warmupFrom) * static_cast<double>(step) / static_cast<double>(m_warmup));
}

void LearningRate::setByHand(std::int64_t step, double rate)
{
    m_state.replaced = scheduled(step);
    m_state.byHand = rate;
}

bool LearningRate::observe(std::int64_t steps, double value, bool higherIsBetter)
{
    if (m_metric.empty() || steps < m_warmup)
        return false;
    return observePlateau(m_state.plateau, LayerSettings(m_spec->settings, m_config.settings), m_point.base, value, higherIsBetter);
}

}  // namespace trainyard
