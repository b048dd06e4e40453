#include "engine/api/idle_threads.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace trainyard {

namespace {

// Measured (ARCHITECTURE.md, "A busy machine"): as fast as the default where the machine is quiet, twice as fast where
// it is not.
constexpr const char *kSpins = "20000";

}  // namespace

void limitSpinning(char **argv)
{
    if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT"))
        return;
    std::error_code code;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", code);
    if (code || ::setenv("GOMP_SPINCOUNT", kSpins, 0) != 0)
        return;
    ::execv(program.c_str(), argv);  // returns only where it failed: then the default stays
}

}  // namespace trainyard
