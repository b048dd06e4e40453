// What a backend in a loadable module gives the program that opens it. The module is built from the same sources and
// by the same compiler as the program; `build` says so, and a module of another build is refused.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/backends/backend.h"

namespace trainyard {

inline constexpr int kBackendModuleAbi = 1;
inline constexpr const char *kBackendModuleEntry = "trainyardBackendModule";

struct BackendModule {
    int abi = kBackendModuleAbi;  // first, so that it can be read whatever follows
    const char *build = "";       // TRAINYARD_BUILD of the module: version and compiler
    // All devices, or one report with the reason there is none. Errors are in the reports; never throws.
    std::vector<BackendReport> (*find)() = nullptr;
    // "cuda:0", or "cuda" for the first. Errors: NotFound, Unsupported.
    Result<std::unique_ptr<Backend>> (*open)(const std::string &deviceId) = nullptr;
    // Plans for a device that is not there, described by the text of a property file (see
    // engine/backends/cuda/device_properties.h); what it compiles cannot be allocated. Errors: InvalidFile, Unsupported.
    Result<std::unique_ptr<Backend>> (*planFor)(const std::string &properties) = nullptr;
};

using BackendModuleEntry = const BackendModule *();

}  // namespace trainyard
