// Looks for shared libraries of CUDA the way the program's own module would find them.
#pragma once

#include <string>

namespace trainyard {

struct LibraryProbe {
    bool found = false;
    int major = 0;          // of the version found, or of another one that is here when found is false; 0: none
    std::string version;    // "13.0", "9.19.0"; empty when not found, or when it does not tell
    std::string error;      // the system's words, when not found
};

// The libraries stay loaded: CUDA's do not survive being unloaded. Tens of milliseconds the first time.
LibraryProbe probeCudaRuntime();
LibraryProbe probeCudnn();

}  // namespace trainyard
