// What this machine offers for training, in words: each thing looked for, whether it was found, and what to do.
#pragma once

#include <string>
#include <vector>

namespace trainyard {

struct Finding {
    std::string what;    // "GPU driver"
    bool found = false;
    std::string text;    // what was found, or why not
    std::string advice;  // what to do; empty when nothing
};

// Opens and closes the driver's and CUDA's libraries, so tens of milliseconds: not on the UI thread.
std::vector<Finding> examineMachine();

}  // namespace trainyard
