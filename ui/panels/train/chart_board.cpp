#include "ui/panels/train/chart_board.h"

#include <algorithm>
#include <utility>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/models/run_text.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kTwoColumnsFrom = 640, kHintFrom = 760, kLargestSmoothing = 99, kUsualSmoothing = 60, kSliderWidth = 120;

// Series of the parts of the data, without what has a chart of its own.
QStringList metricsOf(const RunCurves &curves)
{
    QStringList metrics;
    for (const auto &[name, points] : curves) {
        const QString part = name.section(QLatin1Char('/'), 0, 0), metric = name.section(QLatin1Char('/'), 1);
        if (part != QLatin1String("train") && part != QLatin1String("validation"))
            continue;
        if (metric != QLatin1String("loss") && metric != QLatin1String("epoch_loss") && metric != QLatin1String("learning_rate") && !metrics.contains(metric))
            metrics.append(metric);
    }
    return metrics;
}

}  // namespace

ChartBoard::ChartBoard(LiveRun &run, QWidget *parent)
    : QWidget(parent), m_run(run), m_group(new ChartGroup(this)), m_scroll(new QScrollArea), m_area(new QWidget), m_grid(new QGridLayout(m_area)),
      m_smoothing(new QSlider(Qt::Horizontal)), m_hint(new QLabel(tr("Wheel to zoom, drag to move, double-click to show all"))),
      m_smoothingText(new QLabel), m_log(new QToolButton)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(kSpaceS);
    auto *bar = new QHBoxLayout;
    bar->setSpacing(kSpaceS);
    m_hint->setProperty("muted", true);
    QFont small = m_hint->font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    m_hint->setFont(small);
    m_hint->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // it gives way
    bar->addWidget(m_hint, 1);
    bar->addStretch(0);
    auto *smoothingLabel = new QLabel(tr("Smoothing"));
    smoothingLabel->setProperty("muted", true);
    smoothingLabel->setBuddy(m_smoothing);
    m_smoothing->setRange(0, kLargestSmoothing);
    m_smoothing->setFixedWidth(kSliderWidth);
    m_smoothing->setAccessibleName(tr("Smoothing of the curves, in percent"));
    m_smoothing->setToolTip(tr("Of loss, utilization and speed: how much of each drawn value comes from those before it. The raw curve stays visible behind."));
    m_smoothingText->setMinimumWidth(m_smoothingText->fontMetrics().horizontalAdvance(QStringLiteral("0.00")));
    m_smoothingText->setAccessibleName(tr("Smoothing"));
    m_log->setText(tr("Log scale"));
    m_log->setCheckable(true);
    m_log->setToolTip(tr("Logarithmic values in all charts (L)"));
    m_log->setAccessibleName(m_log->text());
    auto *all = new QToolButton;
    all->setText(tr("Show all"));
    all->setToolTip(tr("All steps again (0)"));
    all->setAccessibleName(tr("Show all steps"));
    for (QWidget *widget : std::initializer_list<QWidget *>{smoothingLabel, m_smoothing, m_smoothingText, m_log, all})
        bar->addWidget(widget);
    layout->addLayout(bar);

    m_area->setProperty("plain", true);
    m_grid->setContentsMargins({});
    m_grid->setSpacing(kSpaceS);
    m_scroll->setWidget(m_area);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    layout->addWidget(m_scroll, 1);

    connect(m_smoothing, &QSlider::valueChanged, this, [this](int percent) {
        m_smoothingText->setText(QString::number(percent / 100.0, 'f', 2));
        for (std::size_t i = 0; i < m_charts.size(); ++i)
            m_charts[i]->setSmoothing(m_noisy[i] ? percent / 100.0 : 0);
    });
    connect(m_log, &QToolButton::toggled, this, &ChartBoard::setLogScale);
    connect(all, &QToolButton::clicked, this, &ChartBoard::showAll);
    connect(&run, &LiveRun::started, this, &ChartBoard::forget);
    connect(&run, &LiveRun::curvesChanged, this, &ChartBoard::refresh);
    connect(&run, &LiveRun::ended, this, &ChartBoard::refresh);
    setSmoothing(kUsualSmoothing);
    assign();
}

std::vector<ChartBoard::Wanted> ChartBoard::wantedCharts() const
{
    const QString training = tr("training"), validation = tr("validation");
    std::vector<Wanted> wanted{{tr("Loss"),
                                tr("The loss of the training part while it falls, and that of the validation part after every epoch."),
                                {{QStringLiteral("train/loss"), training, true}, {QStringLiteral("validation/loss"), validation, false}},
                                true}};
    QStringList metrics = metricsOf(m_run.curves());
    if (metrics.isEmpty())
        wanted.push_back({tr("Metric"), tr("Accuracy, or the mean absolute error and R², after every epoch."), {}});
    for (const QString &metric : metrics)
        wanted.push_back({seriesTitle(metric),
                          {},
                          {{QStringLiteral("train/") + metric, training, true}, {QStringLiteral("validation/") + metric, validation, false}}});
    wanted.push_back({tr("Memory"),
                      tr("The arena of the run and the memory of this program."),
                      {{QStringLiteral("memory/arena"), tr("arena"), false, 0},
                       {QStringLiteral("gpu/memory_process"), tr("this program, GPU"), false, 3},
                       {QStringLiteral("gpu/memory_used"), tr("all programs, GPU"), false, 2},
                       {QStringLiteral("memory/process"), tr("this program"), false, 1}}});
    wanted.push_back({tr("Utilization"),
                      tr("How busy the processors are, in all and by this program."),
                      {{QStringLiteral("gpu/utilization"), tr("GPU"), false, 3},
                       {QStringLiteral("cpu/utilization"), tr("all processors"), false, 0},
                       {QStringLiteral("cpu/process"), tr("this program"), false, 1}},
                      true});
    wanted.push_back({tr("Speed"), tr("Samples trained in a second."), {{QStringLiteral("throughput/samples"), tr("training"), false, 0}}, true});
    for (Wanted &chart : gpuCharts())
        wanted.push_back(std::move(chart));
    wanted.push_back({tr("Learning rate"), tr("The learning rate, with every change made while the run goes on."), {{QStringLiteral("train/learning_rate"), tr("learning rate"), false, 0}}});
    return wanted;
}

// The GPU's own counters, as far as this one has them: charts without a point are not there.
std::vector<ChartBoard::Wanted> ChartBoard::gpuCharts() const
{
    const auto line = [](const char *series, const QString &label, int slot) { return Wanted::Line{QString::fromLatin1(series), label, false, slot}; };
    std::vector<Wanted> charts{
        {tr("GPU activity"),
         {},
         {line("gpu/sm_active", tr("SMs active"), 0), line("gpu/sm_occupancy", tr("SM occupancy"), 4), line("gpu/tensor_active", tr("tensor cores"), 1),
          line("gpu/dram_active", tr("memory bandwidth"), 2)},
         true},
        {tr("GPU power"), {}, {line("gpu/power", tr("board"), 1)}, true},
        {tr("GPU clocks"), {}, {line("gpu/sm_clock", tr("SMs"), 0), line("gpu/memory_clock", tr("memory"), 2)}},
        {tr("GPU temperature"), {}, {line("gpu/temperature", tr("GPU"), 1)}},
        {tr("GPU held back"), {}, {line("gpu/power_violation", tr("by the power limit"), 1), line("gpu/thermal_violation", tr("by temperature"), 3)}, true},
        {tr("PCIe"), {}, {line("gpu/pcie_rx", tr("into the GPU"), 0), line("gpu/pcie_tx", tr("out of it"), 1)}, true},
    };
    std::erase_if(charts, [this](const Wanted &chart) {
        return std::none_of(chart.lines.begin(), chart.lines.end(), [this](const Wanted::Line &one) { return m_run.curves().contains(one.series); });
    });
    return charts;
}

CurveChart *ChartBoard::addChart(const Wanted &wanted)
{
    auto *chart = new CurveChart(wanted.title, wanted.emptyText);
    chart->setSmoothing(wanted.noisy ? m_smoothing->value() / 100.0 : 0);
    chart->setLogScale(m_logScale);
    m_group->add(chart);
    return chart;
}

void ChartBoard::forget()
{
    for (CurveChart *chart : m_charts)
        chart->setCurves({});
    m_group->showAll();
    m_seriesAssigned = 0;
    assign();
}

void ChartBoard::refresh()
{
    if (m_run.curves().size() != m_seriesAssigned)
        assign();
    for (CurveChart *chart : m_charts)
        chart->refresh();
}

void ChartBoard::assign()
{
    const RunCurves &curves = m_run.curves();
    m_seriesAssigned = curves.size();
    const std::vector<Wanted> wanted = wantedCharts();
    // Charts are kept by their title, so that a new series moves nothing that is there.
    std::vector<CurveChart *> before = std::exchange(m_charts, {});
    m_noisy.clear();
    for (const Wanted &one : wanted) {
        const auto found = std::find_if(before.begin(), before.end(), [&](const CurveChart *chart) { return chart->title() == one.title; });
        CurveChart *chart = nullptr;
        if (found != before.end()) {
            chart = *found;
            before.erase(found);
        } else {
            chart = addChart(one);
        }
        m_charts.push_back(chart);
        m_noisy.push_back(one.noisy);
        std::vector<ChartCurve> lines;
        for (const Wanted::Line &line : one.lines)
            if (const auto points = curves.find(line.series); points != curves.end())
                lines.push_back({line.label, line.slot, line.secondary, &points->second});
        if (lines.size() == 1)
            lines.front().secondary = false;  // alone it is the one that counts
        chart->setCurves(std::move(lines));
    }
    for (CurveChart *gone : before)
        delete gone;
    m_columns = 0;
    arrange();
}

void ChartBoard::arrange()
{
    const int columns = width() >= kTwoColumnsFrom ? 2 : 1;
    if (columns == m_columns)
        return;
    m_columns = columns;
    while (QLayoutItem *item = m_grid->takeAt(0))
        delete item;
    const int count = static_cast<int>(m_charts.size());
    for (int i = 0; i < count; ++i) {
        const bool lastAlone = columns == 2 && i == count - 1 && i % 2 == 0;
        m_grid->addWidget(m_charts[static_cast<std::size_t>(i)], i / columns, i % columns, 1, lastAlone ? 2 : 1);
        m_charts[static_cast<std::size_t>(i)]->show();
    }
    for (int row = 0; row < m_grid->rowCount(); ++row)
        m_grid->setRowStretch(row, row < (count + columns - 1) / columns ? 1 : 0);
    for (int column = 0; column < 2; ++column)
        m_grid->setColumnStretch(column, column < columns ? 1 : 0);
    // Tab goes through the charts in their order.
    for (std::size_t i = 1; i < m_charts.size(); ++i)
        setTabOrder(m_charts[i - 1], m_charts[i]);
}

void ChartBoard::resizeEvent(QResizeEvent *)
{
    m_hint->setVisible(width() >= kHintFrom);
    arrange();
}

void ChartBoard::setLogScale(bool on)
{
    if (m_logScale == on)
        return;
    m_logScale = on;
    m_log->setChecked(on);
    for (CurveChart *chart : m_charts)
        chart->setLogScale(on);
    emit logScaleChanged(on);
}

void ChartBoard::setSmoothing(int percent)
{
    m_smoothing->setValue(percent);
}

int ChartBoard::smoothing() const
{
    return m_smoothing->value();
}

}  // namespace trainyard::ui
