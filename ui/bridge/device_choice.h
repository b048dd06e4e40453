// The devices a project can name, and what a run would take. Pure.
#pragma once

#include <optional>
#include <vector>

#include <QString>

#include "engine/program/precision.h"
#include "ui/bridge/machine.h"

namespace trainyard::ui {

struct DeviceChoice {
    QString id;       // as TrainingConfig::device
    QString text;     // "cuda:0, NVIDIA H200"
    QString missing;  // why a run cannot take it; empty: it can
};
// "auto", the devices there are, and the one the project names where it is not among them.
std::vector<DeviceChoice> deviceChoices(const Machine &machine, const std::string &named);

// The device a run with this choice takes: "auto" is the first GPU that works, else the processor. Absent: it is missing.
std::optional<DeviceInfo> deviceOfRun(const std::vector<DeviceInfo> &devices, const std::string &named);

// "NVIDIA H200"; "CPU, 2 threads" where threads are told.
QString deviceText(const DeviceInfo &device, int threads);
QString precisionText(Precision precision);                    // "float32"
std::vector<Precision> precisionsOf(const DeviceInfo &device);  // float32 first

}  // namespace trainyard::ui
