// One device, or the place of a GPU that is not there: the verdict in words, its facts, and a gauge for each counter.
#pragma once

#include <vector>

#include "ui/bridge/device_monitor.h"
#include "ui/controls/card.h"

namespace trainyard::ui {

class CounterTile;

class DeviceCard : public Card
{
    Q_OBJECT
public:
    // slot: Theme::curveColor() of its gauges. monitor must outlive the card.
    DeviceCard(DeviceMonitor &monitor, const DeviceReport &device, int slot, QWidget *parent = nullptr);

    void refresh();  // counters have grown, or time has passed
    const std::vector<CounterTile *> &tiles() const { return m_tiles; }

private:
    void addState(bool usable);
    QString reasonOf(const QString &series) const;  // why a counter is not known

    DeviceMonitor &m_monitor;
    QString m_key;
    bool m_isProcessor;
    std::vector<CounterTile *> m_tiles;
};

}  // namespace trainyard::ui
