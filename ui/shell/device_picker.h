// The device runs train on: its name and threads; a menu to choose from only where there is more than one.
#pragma once

#include <vector>

#include <QToolButton>

#include "engine/backends/backend.h"

namespace trainyard::ui {

class Workspace;

class DevicePicker : public QToolButton
{
    Q_OBJECT
public:
    // workspace must outlive the picker.
    explicit DevicePicker(Workspace &workspace, QWidget *parent = nullptr);

    void setDevices(const std::vector<DeviceInfo> &devices);

private:
    void refresh();

    Workspace &m_workspace;
    std::vector<DeviceInfo> m_devices;
};

}  // namespace trainyard::ui
