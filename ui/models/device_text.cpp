#include "ui/models/device_text.h"

#include <QCoreApplication>

#include "engine/graph/graph.h"

namespace trainyard::ui {

QString deviceText(const std::string &device)
{
    if (!isDeviceName(device))
        return QString::fromStdString(device);
    if (device == "cpu")
        return QCoreApplication::translate("DeviceText", "CPU");
    return QCoreApplication::translate("DeviceText", "GPU %1").arg(QString::fromStdString(device.substr(device.find(':') + 1)));
}

}  // namespace trainyard::ui
