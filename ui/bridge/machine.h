// What the desktop knows of the machine: its devices, and the counters each of them has. Plain values.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <QString>

#include "engine/api/device_report.h"

namespace trainyard::ui {

struct Machine {
    std::vector<DeviceReport> devices;  // the processor first; empty: not looked yet
    QString noCounters;                 // why no GPU's counters can be read; empty: they can

    std::vector<DeviceInfo> usable() const;  // those a run can train on
};

// Asks backends, driver and libraries: tens of milliseconds, not on the UI thread.
Machine examineThisMachine();

bool isProcessor(const DeviceReport &device);
bool isProcessor(const DeviceInfo &device);
// Under which a device's counters are kept: the GPU's uuid, else the device's id.
QString counterKey(const DeviceReport &device);

// A counter of a device, as a gauge shows it.
struct CounterInfo {
    QString series, title, help, unit;
    std::optional<double> full;            // the most it can be
    std::function<QString(double)> text;   // where the number itself says nothing to people; else empty
    std::function<double(double)> height;  // of the strip, 0 to 1, where the number is no amount; else empty
};
std::vector<CounterInfo> countersOf(const DeviceReport &device);

}  // namespace trainyard::ui
