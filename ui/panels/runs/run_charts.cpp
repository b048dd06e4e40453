#include "ui/panels/runs/run_charts.h"

#include <algorithm>

#include <QGridLayout>
#include <QLabel>

#include "ui/controls/card.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLeastWidth = 320, kLeastHeight = 200, kMostColumns = 3;

}  // namespace

RunCharts::RunCharts(QWidget *parent) : QWidget(parent), m_grid(new QGridLayout(this)), m_nothing(mutedLabel(tr("Nothing was measured yet.")))
{
    setAccessibleName(tr("Curves of the selected runs"));
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(kSpaceM);
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setParent(this);
    m_nothing->hide();
}

RunCharts::~RunCharts()
{
    for (const auto &[series, chart] : m_charts)
        chart->setCurves({});  // before the points go
}

void RunCharts::setRuns(ShownRuns runs)
{
    std::vector<const RunCurves *> curves;
    for (const ShownRun &run : *runs)
        curves.push_back(&run.details.curves);
    std::vector<SeriesChart> wanted = chartsFor(curves);
    const bool alone = runs->size() == 1;
    for (const SeriesChart &plan : wanted) {
        CurveChart *&chart = m_charts[plan.series];
        if (!chart) {
            chart = new CurveChart(plan.title, tr("%1 will appear here.").arg(plan.title), this);
            chart->setMinimumHeight(kLeastHeight);
            m_group.add(chart);
        }
        std::vector<ChartCurve> drawn;
        for (const ShownRun &run : *runs) {
            const auto points = [&run](const QString &series) -> const CurvePoints * {
                const auto found = run.details.curves.find(series);
                return found == run.details.curves.end() || found->second.empty() ? nullptr : &found->second;
            };
            const CurvePoints *background = alone && !plan.background.isEmpty() ? points(plan.background) : nullptr;
            if (background)
                drawn.push_back({tr("training"), run.curveSlot, true, background});
            if (const CurvePoints *own = points(plan.series))
                drawn.push_back({background ? tr("validation") : QString::fromStdString(run.details.record.name), run.curveSlot, false, own});
        }
        chart->setCurves(std::move(drawn));
    }
    for (const auto &[series, chart] : m_charts) {
        const bool shown = std::any_of(wanted.begin(), wanted.end(), [&series = series](const SeriesChart &plan) { return plan.series == series; });
        if (!shown)
            chart->setCurves({});
        chart->setVisible(shown);
    }
    m_runs = std::move(runs);  // the old points go only now
    m_nothing->setVisible(wanted.empty());
    if (wanted != m_shown) {
        m_shown = std::move(wanted);
        m_columns = 0;
        arrange();
    }
}

QStringList RunCharts::titles() const
{
    QStringList titles;
    for (const SeriesChart &plan : m_shown)
        titles.append(plan.title);
    return titles;
}

void RunCharts::arrange()
{
    const int most = std::min<int>(kMostColumns, std::max<int>(1, static_cast<int>(m_shown.size())));
    int columns = std::clamp((width() + kSpaceM) / (kLeastWidth + kSpaceM), 1, most);
    if (m_shown.size() == 4 && columns == 3)
        columns = 2;  // two by two rather than three and one
    if (columns == m_columns)
        return;
    m_columns = columns;
    for (const auto &[series, chart] : m_charts)
        m_grid->removeWidget(chart);
    for (int i = 0; i < static_cast<int>(m_shown.size()); ++i)
        m_grid->addWidget(m_charts[m_shown[static_cast<std::size_t>(i)].series], i / columns, i % columns);
    for (int i = 0; i < m_grid->columnCount(); ++i)
        m_grid->setColumnStretch(i, i < columns ? 1 : 0);
    m_grid->addWidget(m_nothing, static_cast<int>(m_shown.size()), 0, 1, columns);
}

void RunCharts::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    arrange();
}

}  // namespace trainyard::ui
