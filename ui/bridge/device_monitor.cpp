#include "ui/bridge/device_monitor.h"

#include <chrono>

#include <QCoreApplication>
#include <QThreadPool>

#include "engine/telemetry/gpu_sampler.h"
#include "engine/telemetry/host_sampler.h"
#include "engine/telemetry/hub.h"
#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kLookEvery = 250ms;  // counters come once a second
constexpr std::size_t kWaitingPoints = std::size_t{1} << 12;

}  // namespace

// The sampler of one device and what it tells.
struct DeviceMonitor::Sampling {
    TelemetryHub hub;
    std::shared_ptr<Subscription> subscription = hub.subscribe(kWaitingPoints);
    std::vector<SeriesInfo> series;
    std::unique_ptr<Sampler> host;     // one of these two; last: they end before the hub goes
    std::unique_ptr<GpuSampler> gpu;

    // Ends on a thread of the pool, whoever lets go of it: a driver may take its time. Once the program is over there are
    // no threads any more, and nobody who would wait.
    static std::shared_ptr<Sampling> make()
    {
        return {new Sampling, [](Sampling *gone) {
                    if (QCoreApplication::instance() && !QCoreApplication::closingDown())
                        QThreadPool::globalInstance()->start([gone] { delete gone; });
                    else
                        delete gone;
                }};
    }
};

DeviceMonitor::DeviceMonitor(QObject *parent) : QObject(parent)
{
    m_timer.setInterval(kLookEvery);
    connect(&m_timer, &QTimer::timeout, this, &DeviceMonitor::drain);
}

DeviceMonitor::~DeviceMonitor() = default;

void DeviceMonitor::look()
{
    if (m_looking)
        return;
    m_looking = true;
    inBackground(
        this, [] { return examineThisMachine(); },
        [this](Machine machine) {
            m_looking = false;
            for (const DeviceReport &device : machine.devices)
                if (!m_samplings.contains(counterKey(device)))
                    sample(device);
            setMachine(std::move(machine));
        });
}

void DeviceMonitor::setMachine(Machine machine)
{
    m_machine = std::move(machine);
    m_hasLooked = true;
    emit devicesFound();
}

const CounterHistory *DeviceMonitor::counter(const QString &device, const QString &series) const
{
    const auto found = m_counters.find({device, series});
    return found == m_counters.end() ? nullptr : &found->second;
}

void DeviceMonitor::sample(const DeviceReport &device)
{
    const QString key = counterKey(device);
    const std::string uuid = device.gpu ? device.gpu->uuid : std::string();
    if (!isProcessor(device) && uuid.empty())
        return;  // the driver shows no such GPU
    m_samplings[key] = nullptr;
    inBackground(
        this,
        [uuid] {
            auto sampling = Sampling::make();
            if (uuid.empty())
                sampling->host = std::make_unique<Sampler>(sampling->hub);
            else
                sampling->gpu = std::make_unique<GpuSampler>(sampling->hub, uuid);
            return sampling;
        },
        [this, key](std::shared_ptr<Sampling> sampling) {
            m_samplings[key] = std::move(sampling);
            m_timer.start();
        });
}

void DeviceMonitor::drain()
{
    bool any = false;
    for (const auto &[key, sampling] : m_samplings) {
        if (!sampling)
            continue;
        m_points.clear();
        sampling->subscription->drainPoints(m_points);
        if (sampling->series.size() != sampling->subscription->seriesCount())
            sampling->series = sampling->subscription->series();
        for (const Point &point : m_points)
            take(key, sampling->series[point.series], point.timeMs, point.value);
        any = any || !m_points.empty();
    }
    if (any)
        emit sampled();
}

void DeviceMonitor::take(const QString &device, const SeriesInfo &series, qint64 timeMs, double value)
{
    CounterHistory &history = m_counters[{device, QString::fromStdString(series.name)}];
    history.unit = QString::fromStdString(series.unit);
    history.append(timeMs, value);
}

}  // namespace trainyard::ui
