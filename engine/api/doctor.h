// What this machine offers for training, in words: each thing looked for, whether it was found, and what to do.
#pragma once

#include <string>
#include <vector>

#include "engine/api/device_report.h"

namespace trainyard {

struct Finding {
    std::string what;    // a device's id ("cpu", "cuda:0"), or "NVIDIA driver", "CUDA runtime", "cuDNN"
    bool found = false;  // a device: it can be used
    std::string text;    // what was found, or why not
    std::string advice;  // what to do; empty when nothing
    std::vector<DeviceFact> facts;  // of a device
};

// The devices of deviceReports() first, then the software they stand on.
std::vector<Finding> findingsOf(const MachineEvidence &evidence);

// Opens the driver's and CUDA's libraries, so tens of milliseconds: not on the UI thread.
inline std::vector<Finding> examineMachine()
{
    return findingsOf(gatherEvidence());
}

}  // namespace trainyard
