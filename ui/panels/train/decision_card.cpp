#include "ui/panels/train/decision_card.h"

#include <algorithm>

#include <QLabel>
#include <QVBoxLayout>

#include "engine/base/format.h"
#include "ui/charts/chart_legend.h"
#include "ui/charts/decision_plot.h"

namespace trainyard::ui {

DecisionCard::DecisionCard(LiveRun &run, QWidget *parent)
    : Card(tr("Decision boundary"), parent), m_run(run), m_plot(new DecisionPlot), m_legend(new ChartLegend),
      m_key(mutedLabel(tr("Full points are of the training part, hollow ones of the others.")))
{
    m_key->setWordWrap(true);
    content()->addWidget(m_plot, 1);
    content()->addWidget(m_legend);
    content()->addWidget(m_key);
    connect(&run, &LiveRun::decisionGridChanged, this, &DecisionCard::showGrid);
    showGrid();
}

void DecisionCard::showGrid()
{
    const auto grid = m_run.decisionGrid();
    m_plot->setGrid(grid);
    m_legend->setVisible(grid != nullptr);
    m_key->setVisible(grid && grid->values.empty());
    setValue(grid ? tr("step %1").arg(QString::fromStdString(formatCount(grid->step))) : QString());
    if (!grid)
        return;
    const PlanePoints &points = *grid->points;
    std::vector<ChartLegend::Entry> entries;
    for (std::size_t i = 0; i < points.classNames.size(); ++i)
        entries.push_back({QString::fromStdString(points.classNames[i]), {}, static_cast<int>(i)});
    if (!points.values.empty()) {
        const auto [low, high] = std::minmax_element(points.values.begin(), points.values.end());
        const QString name = QString::fromStdString(points.valueName);
        entries.push_back({tr("low %1").arg(name), QString::fromStdString(formatSignificant(*low)), 0});
        entries.push_back({tr("high %1").arg(name), QString::fromStdString(formatSignificant(*high)), 1});
    }
    m_legend->setEntries(std::move(entries));
}

}  // namespace trainyard::ui
