// The CUDA backend's module: found, opened and checked once per process, and kept.
#pragma once

#include <string>

#include "engine/backends/backend_module.h"

namespace trainyard {

struct LoadedModule {
    const BackendModule *module = nullptr;
    std::string reason;  // why there is none
    std::string advice;
};

// Looks for libtrainyard_cuda.so in this order: the path in the environment variable TRAINYARD_CUDA_MODULE, beside the
// program, ../lib/trainyard from there. Any thread; the first call loads, tens of milliseconds.
const LoadedModule &cudaModule();

// As cudaModule(), of a file; for tests, and not kept.
LoadedModule loadModule(const std::string &path);

}  // namespace trainyard
