#include "engine/backends/cpu/machine.h"

#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <sched.h>
#if defined(__x86_64__)
#include <pmmintrin.h>
#include <xmmintrin.h>
#endif

#include "engine/backends/cpu/onednn.h"

namespace trainyard::cpu {

namespace {

std::uint64_t memoryLine(const std::string &key)
{
    std::ifstream stream("/proc/meminfo");
    std::string name;
    std::uint64_t kilobytes = 0;
    for (std::string line; std::getline(stream, line);) {
        std::istringstream words(line);
        if (words >> name >> kilobytes && name == key + ":")
            return kilobytes * 1024;
    }
    return 0;
}

}  // namespace

std::string processorName()
{
    std::ifstream stream("/proc/cpuinfo");
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with("model name"))
            if (const auto colon = line.find(": "); colon != std::string::npos)
                return line.substr(colon + 2);
    return "CPU";
}

// Hyper-threads share the units a matrix product fills, so a second one per core brings nothing.
int physicalCores()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 1;
    std::set<std::string> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        std::ifstream stream(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
        std::string siblings;
        cores.insert(std::getline(stream, siblings) ? siblings : std::to_string(cpu));
    }
    return std::max<int>(1, static_cast<int>(cores.size()));
}

std::uint64_t totalMemory()
{
    return memoryLine("MemTotal");
}

std::uint64_t availableMemory()
{
    return memoryLine("MemAvailable");
}

std::string instructionSetName()
{
    switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41: return "sse41";
    case dnnl::cpu_isa::avx: return "avx";
    case dnnl::cpu_isa::avx2: return "avx2";
    case dnnl::cpu_isa::avx2_vnni: return "avx2_vnni";
    case dnnl::cpu_isa::avx512_core: return "avx512_core";
    case dnnl::cpu_isa::avx512_core_vnni: return "avx512_core_vnni";
    case dnnl::cpu_isa::avx512_core_bf16: return "avx512_core_bf16";
    case dnnl::cpu_isa::avx512_core_amx: return "avx512_core_amx";
    default: return "generic";
    }
}

bool hasBfloat16Products()
{
    // An instruction set is a set of bits: those of the smaller ones it includes, and its own.
    constexpr auto kWanted = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
    return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & kWanted) == kWanted;
}

std::string libraryName()
{
    const dnnl_version_t *version = dnnl_version();
    return fmt::format("oneDNN {}.{}.{}", version->major, version->minor, version->patch);
}

void flushDenormals()
{
#if defined(__x86_64__)
    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
    _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
#endif
}

}  // namespace trainyard::cpu
