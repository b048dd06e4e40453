// Where the time of a project's training step goes: each op of the program, timed on the device.
#pragma once

#include <string>
#include <vector>

#include "engine/api/project.h"
#include "engine/backends/backend.h"

namespace trainyard {

// Ops whose times were added up, or one.
struct ProfileRow {
    std::string op;     // "conv2d"; empty in a sum over several kinds
    std::string layer;  // empty: of no layer, as an update of all parameters
    const char *phase = "";  // "forward", "backward" or "update"; empty in a sum over several
    double seconds = 0;
    double flops = 0;
    double bytes = 0;   // of the tensors it reads and writes, each counted once for that
    int ops = 0;
    // 0 where no time was measured.
    double flopsPerSecond() const { return seconds > 0 ? flops / seconds : 0; }
    double bytesPerSecond() const { return seconds > 0 ? bytes / seconds : 0; }
};

struct StepProfile {
    DeviceInfo device;
    int threads = 0;             // CPU only
    std::int64_t batchSize = 0;
    int steps = 0;               // measured; all times are medians over them
    double stepSeconds = 0;      // of a whole step while nothing looks at the ops
    double opSeconds = 0;        // the ops' times added up
    std::vector<ProfileRow> ops;  // in the program's order
};

inline constexpr int kMostProfiledSteps = 10000;

// Trains a fresh network, records nothing. The project's folder is set: the data lie there. Errors: InvalidArgument where steps is not
// within 1 to kMostProfiledSteps, and everything that can keep a device from training this project.
Result<StepProfile> profileSteps(const Project &project, int steps);

// Sums over the ops of each layer, or of each kind of op, the longest first.
std::vector<ProfileRow> profileByLayer(const StepProfile &profile);
std::vector<ProfileRow> profileByOp(const StepProfile &profile);

}  // namespace trainyard
