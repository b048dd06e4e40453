// Devices by the names people read.
#pragma once

#include <string>

#include <QString>

namespace trainyard::ui {

// "cpu" -> "CPU", "cuda:1" -> "GPU 1"; any other word as it is, none as nothing.
QString deviceText(const std::string &device);

}  // namespace trainyard::ui
