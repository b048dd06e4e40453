// The machine's devices and what they are doing: found and sampled on other threads, handed over here. UI thread; never
// waits for a driver.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <QObject>
#include <QTimer>

#include "engine/telemetry/point.h"
#include "ui/bridge/counter_history.h"
#include "ui/bridge/machine.h"

namespace trainyard::ui {

class DeviceMonitor : public QObject
{
    Q_OBJECT
public:
    explicit DeviceMonitor(QObject *parent = nullptr);
    ~DeviceMonitor() override;  // the samplers end on another thread

    // Looks for devices in the background, and samples the counters of those found; answers with devicesFound(). Ignored
    // while it looks already; asked again, it looks anew.
    void look();
    bool isLooking() const { return m_looking; }
    bool hasLooked() const { return m_hasLooked; }

    const Machine &machine() const { return m_machine; }  // of the last look

    // The last minutes of a counter, of the device with this counterKey(); null: it has never said anything.
    const CounterHistory *counter(const QString &device, const QString &series) const;

signals:
    void devicesFound();
    void sampled();  // counters have grown

protected:
    // What the look and the samplers hand over; tests hand over their own.
    void setMachine(Machine machine);
    void take(const QString &device, const SeriesInfo &series, qint64 timeMs, double value);

private:
    struct Sampling;
    void sample(const DeviceReport &device);
    void drain();

    Machine m_machine;
    std::map<std::pair<QString, QString>, CounterHistory> m_counters;  // by device and series
    std::map<QString, std::shared_ptr<Sampling>> m_samplings;          // by device; null while it is being made
    std::vector<Point> m_points;  // kept to spare the allocation at every look
    QTimer m_timer;
    bool m_looking = false, m_hasLooked = false;
};

}  // namespace trainyard::ui
