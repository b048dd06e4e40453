// CUDA C++ compiled while the program runs, by the NVRTC library. It is looked for when it is first needed (where the CUDA
// libraries already loaded lie, then where the system looks) and may be missing. Any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace trainyard::cuda {

class KernelCompiler {
public:
    // The one of this process. Errors: Unsupported, naming the library that is missing.
    static Result<const KernelCompiler *> find();

    const std::string &version() const { return m_version; }  // "13.0"

    // What to compile for: "sm_90" for a card of capability 90 that NVRTC knows, else "compute_..." of the newest it knows
    // below that, whose result the driver finishes. Errors: Unsupported, for a card older than all it knows.
    Result<std::string> architectureFor(int capability) const;

    // Machine code for "sm_...", PTX text for "compute_...". Errors: Internal, with NVRTC's log in detail.
    Result<std::string> compile(const std::string &source, const std::string &architecture) const;

private:
    struct Library;
    KernelCompiler() = default;
    static Result<KernelCompiler> open();

    const Library *m_library = nullptr;  // lives as long as the process
    std::string m_version;
    std::vector<int> m_capabilities;  // ascending
};

}  // namespace trainyard::cuda
