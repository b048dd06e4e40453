#include "ui/panels/device/device_card.h"

#include <algorithm>

#include <QDateTime>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/controls/text_grid.h"
#include "ui/panels/device/counter_tile.h"
#include "ui/panels/device/flow_grid.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kTileWidth = 148;
constexpr int kFactsInOneColumn = 6;

QList<QStringList> factRows(const DeviceReport &device)
{
    QList<QStringList> rows;
    if (isProcessor(device))
        rows.append({DeviceCard::tr("Processor"), QString::fromStdString(device.name)});
    for (const DeviceFact &fact : device.facts)
        rows.append({QString::fromStdString(fact.label), QString::fromStdString(fact.value)});
    return rows;
}

}  // namespace

DeviceCard::DeviceCard(DeviceMonitor &monitor, const DeviceReport &device, int slot, QWidget *parent)
    : Card(isProcessor(device) ? tr("CPU") : QString::fromStdString(device.name), parent), m_monitor(monitor), m_key(counterKey(device)),
      m_isProcessor(isProcessor(device))
{
    addState(device.usable);
    content()->setSpacing(kSpaceM);
    const QString advice = QString::fromStdString(device.advice);
    QString words = QString::fromStdString(device.verdict);
    if (device.usable && !m_isProcessor)
        words += QLatin1Char(' ') + tr("A project names it %1.").arg(QString::fromStdString(device.id));
    auto *verdict = new QLabel(words);
    verdict->setObjectName(QStringLiteral("verdict"));
    verdict->setProperty("muted", device.usable);
    content()->addWidget(verdict);
    auto *todo = new QLabel(advice);
    todo->setObjectName(QStringLiteral("advice"));
    content()->addWidget(todo);
    todo->setVisible(!advice.isEmpty());  // in the card by now: shown without a parent it would be a window of its own
    for (QLabel *label : {verdict, todo}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }

    QList<QStringList> facts = factRows(device);
    QList<QStringList> wide;  // too long for half the card
    if (!facts.isEmpty() && facts.back().back().startsWith(QLatin1String("GPU-")))
        wide.append(facts.takeLast());
    if (!facts.isEmpty()) {
        auto *columns = new QHBoxLayout;
        columns->setSpacing(kSpaceL);
        const qsizetype rows = facts.size() <= kFactsInOneColumn ? facts.size() : (facts.size() + 1) / 2;
        for (qsizetype first = 0; first < facts.size(); first += rows) {
            auto *grid = new TextGrid;
            grid->setRows(facts.mid(first, rows));
            columns->addWidget(grid, 1, Qt::AlignTop);
        }
        content()->addLayout(columns);
    }
    if (!wide.isEmpty()) {
        auto *grid = new TextGrid;
        grid->setRows(wide);
        content()->addWidget(grid);
    }
    if (m_isProcessor || device.gpu) {
        auto *flow = new FlowGrid(kTileWidth);
        content()->addWidget(flow);  // before it has cells: to show those of a grid without a parent would make it a window
        std::vector<QWidget *> cells;
        for (CounterInfo &counter : countersOf(device)) {
            m_tiles.push_back(new CounterTile(std::move(counter), slot));
            cells.push_back(m_tiles.back());
        }
        flow->setCells(std::move(cells));
    }
    content()->addStretch(1);
    refresh();
}

void DeviceCard::addState(bool usable)
{
    auto *sign = new QLabel;
    const auto draw = [sign, usable] {
        sign->setPixmap(themeIcon(usable ? QStringLiteral("check") : QStringLiteral("problem"), usable ? ColorRole::Good : ColorRole::Warning).pixmap(16));
    };
    draw();
    connect(&Theme::instance(), &Theme::changed, sign, draw);
    auto *word = new QLabel(usable ? tr("ready") : tr("not usable"));
    word->setProperty(usable ? "good" : "warning", true);
    addHeadWidget(sign);
    addHeadWidget(word);
}

QString DeviceCard::reasonOf(const QString &series) const
{
    if (m_isProcessor)
        return tr("The system does not tell.");
    if (!m_monitor.machine().noCounters.isEmpty())
        return m_monitor.machine().noCounters;
    const bool profiling = series.startsWith(QLatin1String("gpu/sm_a")) || series.startsWith(QLatin1String("gpu/sm_o"))
                           || series == QLatin1String("gpu/tensor_active") || series == QLatin1String("gpu/dram_active");
    return profiling ? tr("This GPU or its driver does not count it; Hopper and newer do.") : tr("The driver does not tell.");
}

void DeviceCard::refresh()
{
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    for (CounterTile *tile : m_tiles) {
        const QString &series = tile->counter().series;
        tile->setHistory(m_monitor.counter(m_key, series), reasonOf(series), now);
    }
}

}  // namespace trainyard::ui
