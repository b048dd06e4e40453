#include "ui/bridge/machine.h"

#include <algorithm>

#include <QCoreApplication>

#include "engine/telemetry/clock_reasons.h"
#include "engine/telemetry/gpu_counters.h"

namespace trainyard::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Machine", text);
}

std::vector<CounterInfo> processorCounters(const DeviceReport &device)
{
    std::optional<double> memory;
    if (device.device && device.device->memoryTotal > 0)
        memory = static_cast<double>(device.device->memoryTotal);
    const QString percent = QStringLiteral("%"), bytes = QStringLiteral("bytes");
    return {
        {QStringLiteral("cpu/utilization"), tr("Utilization"), tr("All programs, of all processors."), percent, 100.0, {}, {}},
        {QStringLiteral("cpu/process"), tr("This program"), tr("This program, of all processors."), percent, 100.0, {}, {}},
        {QStringLiteral("memory/available"), tr("Memory free"), tr("What a new program could take without swapping."), bytes, memory, {}, {}},
        {QStringLiteral("memory/process"), tr("Memory of this program"), tr("Resident in memory."), bytes, {}, {}, {}},
    };
}

// Some counters are signs and not amounts.
void explain(CounterInfo &info)
{
    if (info.series == QLatin1String("gpu/clock_reasons")) {
        info.text = [](double bits) { return QString::fromStdString(clockReasonsText(static_cast<std::uint64_t>(bits))); };
        info.height = [](double bits) {
            const auto set = static_cast<std::uint64_t>(bits);
            return std::any_of(clockReasons().begin(), clockReasons().end(), [&](const ClockReason &one) { return one.holdsBack && (set & one.bit); }) ? 1.0 : 0.0;
        };
        info.help += QLatin1Char(' ') + tr("The strip is filled while they are held back.");
    } else if (info.series == QLatin1String("gpu/performance_state")) {
        info.text = [](double state) { return QStringLiteral("P%1").arg(static_cast<int>(state)); };
        info.height = [](double state) { return 1 - state / 15; };
    }
}

}  // namespace

std::vector<DeviceInfo> Machine::usable() const
{
    std::vector<DeviceInfo> infos;
    for (const DeviceReport &device : devices)
        if (device.usable && device.device)
            infos.push_back(*device.device);
    return infos;
}

Machine examineThisMachine()
{
    const MachineEvidence evidence = gatherEvidence();
    Machine machine;
    machine.devices = deviceReports(evidence);
    if (evidence.driverError)
        machine.noCounters = QString::fromStdString(evidence.driverError->message);
    return machine;
}

bool isProcessor(const DeviceReport &device)
{
    return device.id == "cpu";
}

bool isProcessor(const DeviceInfo &device)
{
    return device.id == "cpu";
}

QString counterKey(const DeviceReport &device)
{
    return QString::fromStdString(device.gpu && !device.gpu->uuid.empty() ? device.gpu->uuid : device.id);
}

std::vector<CounterInfo> countersOf(const DeviceReport &device)
{
    if (isProcessor(device))
        return processorCounters(device);
    std::vector<CounterInfo> counters;
    for (const GpuCounter &counter : gpuCounters()) {
        CounterInfo info{QString::fromUtf8(counter.series), QString::fromUtf8(counter.title), QString::fromUtf8(counter.help),
                         QString::fromUtf8(counter.unit), {}, {}, {}};
        if (counter.limit && device.gpu)
            info.full = counter.limit(*device.gpu);
        explain(info);
        counters.push_back(std::move(info));
    }
    return counters;
}

}  // namespace trainyard::ui
