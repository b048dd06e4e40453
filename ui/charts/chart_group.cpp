#include <algorithm>

#include "ui/charts/curve_chart_private.h"

namespace trainyard::ui {

ChartGroup::ChartGroup(QObject *parent) : QObject(parent) {}

void ChartGroup::add(CurveChart *chart)
{
    if (chart->d->group == this)
        return;
    if (chart->d->group)
        chart->d->group->remove(chart);
    chart->d->group = this;
    m_charts.push_back(chart);
    chart->d->schedule(0);
}

void ChartGroup::remove(CurveChart *chart)
{
    std::erase(m_charts, chart);
}

void ChartGroup::showAll()
{
    setView(std::nullopt);
}

void ChartGroup::setView(std::optional<StepRange> view)
{
    m_view = view;
    for (CurveChart *chart : m_charts)
        chart->d->schedule(0);
}

void ChartGroup::moveCursor(double step)
{
    for (CurveChart *chart : m_charts)
        chart->d->showCursor(step);
    emit cursorMoved(step);
}

StepRange ChartGroup::allSteps() const
{
    std::optional<StepRange> all;
    for (const CurveChart *chart : m_charts)
        if (const auto steps = chart->d->ownSteps())
            all = all ? StepRange{std::min(all->low, steps->low), std::max(all->high, steps->high)} : *steps;
    return all.value_or(StepRange{});
}

}  // namespace trainyard::ui
