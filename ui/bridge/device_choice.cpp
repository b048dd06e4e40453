#include "ui/bridge/device_choice.h"

#include <algorithm>

#include <QCoreApplication>

namespace trainyard::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("DeviceChoice", text);
}

}  // namespace

std::vector<DeviceChoice> deviceChoices(const Machine &machine, const std::string &named)
{
    std::vector<DeviceChoice> choices{{QStringLiteral("auto"), tr("Best there is"), {}}};
    bool found = named == "auto" || named.empty();
    QString whyNone;
    for (const DeviceReport &device : machine.devices) {
        if (!device.usable) {
            whyNone = QString::fromStdString(device.verdict + (device.advice.empty() ? "" : " " + device.advice));
            continue;
        }
        const QString id = QString::fromStdString(device.id);
        choices.push_back({id, isProcessor(device) ? tr("CPU") : QStringLiteral("%1, %2").arg(id, QString::fromStdString(device.name)), {}});
        found = found || device.id == named || (named == "cuda" && device.id.starts_with("cuda:"));
    }
    if (!found) {
        const QString id = QString::fromStdString(named);
        choices.push_back({id, tr("%1 (missing)").arg(id), whyNone.isEmpty() ? tr("There is no device %1 in this machine.").arg(id) : whyNone});
    }
    return choices;
}

std::optional<DeviceInfo> deviceOfRun(const std::vector<DeviceInfo> &devices, const std::string &named)
{
    const bool best = named == "auto" || named.empty();
    std::optional<DeviceInfo> processor;
    for (const DeviceInfo &device : devices) {
        if (device.id == named || (!isProcessor(device) && (best || named == "cuda")))
            return device;  // of several GPUs the first
        if (isProcessor(device))
            processor = device;
    }
    return best ? processor : std::nullopt;
}

QString deviceText(const DeviceInfo &device, int threads)
{
    if (!isProcessor(device))
        return QString::fromStdString(device.name);
    return threads == 1 ? tr("CPU, 1 thread") : threads > 1 ? tr("CPU, %1 threads").arg(threads) : tr("CPU");
}

QString precisionText(Precision precision)
{
    return QString::fromLatin1(precisionName(precision));
}

std::vector<Precision> precisionsOf(const DeviceInfo &device)
{
    std::vector<Precision> precisions{Precision::Float32};
    if (device.lowPrecision) {
        precisions.push_back(Precision::BFloat16);
        precisions.push_back(Precision::Float16);
    }
    return precisions;
}

}  // namespace trainyard::ui
