#include "ui/panels/device/device_page.h"

#include <QAction>
#include <QGridLayout>
#include <QVBoxLayout>

#include "ui/controls/scroll_column.h"
#include "ui/panels/device/device_card.h"
#include "ui/panels/device/race_panel.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kTwoColumnsFrom = 840, kLeastWidth = 420;

}  // namespace

DevicePage::DevicePage(DeviceMonitor &monitor, DeviceRace &race, QWidget *parent)
    : QWidget(parent), m_monitor(monitor), m_race(new RacePanel(race)), m_grid(new QGridLayout)
{
    auto *area = new QWidget;
    area->setMinimumWidth(kLeastWidth);
    auto *rows = new QVBoxLayout(area);
    rows->setContentsMargins(kSpaceM, kSpaceM, kSpaceM, kSpaceM);
    rows->setSpacing(kSpaceS);
    rows->addWidget(m_race);
    m_grid->setSpacing(kSpaceS);
    rows->addLayout(m_grid);
    rows->addStretch(1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(new ScrollColumn(area));

    auto *again = new QAction(themeIcon(QStringLiteral("reload")), tr("Look for devices again"), this);
    again->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_R));
    auto *start = new QAction(themeIcon(QStringLiteral("race")), tr("Start or cancel race"), this);
    start->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
    m_actions = {start, again};
    for (QAction *action : m_actions) {
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
    }

    connect(start, &QAction::triggered, m_race, &RacePanel::startOrCancel);
    connect(again, &QAction::triggered, &monitor, &DeviceMonitor::look);
    connect(m_race, &RacePanel::startRequested, this, &DevicePage::raceRequested);
    connect(&monitor, &DeviceMonitor::devicesFound, this, &DevicePage::showMachine);
    connect(&monitor, &DeviceMonitor::sampled, this, &DevicePage::refresh);
    showMachine();
}

void DevicePage::refuseRace(const QString &reason)
{
    m_race->refuse(reason);
}

void DevicePage::showMachine()
{
    m_race->setMachine(m_monitor.machine());
    for (DeviceCard *gone : m_cards)
        delete gone;
    m_cards.clear();
    for (const DeviceReport &device : m_monitor.machine().devices)
        m_cards.push_back(new DeviceCard(m_monitor, device, static_cast<int>(m_cards.size()), this));
    m_columns = 0;
    arrange();
}

void DevicePage::arrange()
{
    const int columns = width() >= kTwoColumnsFrom && m_cards.size() > 1 ? 2 : 1;
    if (columns == m_columns)
        return;
    m_columns = columns;
    while (QLayoutItem *item = m_grid->takeAt(0))
        delete item;
    for (std::size_t i = 0; i < m_cards.size(); ++i) {
        m_grid->addWidget(m_cards[i], static_cast<int>(i) / columns, static_cast<int>(i) % columns);
        m_cards[i]->show();
    }
    for (int column = 0; column < 2; ++column)
        m_grid->setColumnStretch(column, column < columns ? 1 : 0);
}

void DevicePage::refresh()
{
    if (!isVisible())
        return;
    for (DeviceCard *card : m_cards)
        card->refresh();
}

void DevicePage::resizeEvent(QResizeEvent *)
{
    arrange();
}

void DevicePage::showEvent(QShowEvent *)
{
    refresh();
}

QByteArray DevicePage::saveLayout() const
{
    return m_race->saveChoice();
}

void DevicePage::restoreLayout(const QByteArray &layout)
{
    m_race->restoreChoice(layout);
}

}  // namespace trainyard::ui
