#include "engine/api/device_report.h"

#include <strings.h>

#include <algorithm>
#include <cstdlib>

#include "engine/backends/module_loader.h"
#include "engine/base/file.h"
#include "engine/base/format.h"
#include "engine/telemetry/nvml.h"

namespace trainyard {

namespace {

// The least of everything that the CUDA module is built for.
constexpr ComputeCapability kLeastCapability{7, 5};
constexpr int kLeastCudaMajor = 12, kCudnnMajor = 9;

// The first driver that knows a CUDA of this major version (CUDA toolkit release notes, "CUDA Toolkit and Minimum
// Required NVIDIA Driver Version").
const char *leastDriver(int cudaMajor)
{
    return cudaMajor >= 13 ? "580" : "525";
}

std::string cudaText(int version)  // 13000 -> "13.0"
{
    return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

struct Verdict {
    std::string text, advice;
};

bool sameUuid(const std::string &a, const std::string &b)
{
    return !a.empty() && ::strcasecmp(a.c_str(), b.c_str()) == 0;
}

int neededCuda(const MachineEvidence &evidence)
{
    return evidence.cudaRuntime.found ? evidence.cudaRuntime.major : kLeastCudaMajor;
}

const BackendReport *missingCuda(const MachineEvidence &evidence)
{
    for (const BackendReport &backend : evidence.backends)
        if (!backend.available && backend.id.starts_with("cuda"))
            return &backend;
    return nullptr;
}

std::optional<Verdict> driverVerdict(const MachineEvidence &evidence)
{
    const int needed = neededCuda(evidence);
    if (evidence.driverError) {
        if (evidence.driverError->detail.empty())  // the library is there: its message says what to do
            return Verdict{evidence.driverError->message, {}};
        if (evidence.nvidiaCards > 0)
            return Verdict{fmt::format("{} in this machine, but no driver for {}.",
                                       evidence.nvidiaCards == 1 ? "An NVIDIA GPU is" : fmt::format("{} NVIDIA GPUs are", evidence.nvidiaCards),
                                       evidence.nvidiaCards == 1 ? "it" : "them"),
                           fmt::format("Install NVIDIA's driver, {} or newer. Until then, training runs on the CPU.", leastDriver(needed))};
        return Verdict{"There is no NVIDIA driver and no NVIDIA GPU to be seen on this machine.",
                       fmt::format("With an NVIDIA GPU in this machine, install its driver, {} or newer. Without one, training runs on the CPU.", leastDriver(needed))};
    }
    if (evidence.driver.cudaVersion && *evidence.driver.cudaVersion / 1000 < needed)
        return Verdict{fmt::format("The NVIDIA driver{} is too old: it knows CUDA {} at most, and CUDA {} is needed.",
                                   evidence.driver.version ? " " + *evidence.driver.version : "", cudaText(*evidence.driver.cudaVersion), needed),
                       fmt::format("Install driver {} or newer.", leastDriver(needed))};
    return std::nullopt;
}

// Why the module that trains on GPUs is not there.
Verdict moduleVerdict(const MachineEvidence &evidence)
{
    const BackendReport *cuda = missingCuda(evidence);
    if (!cuda)
        return {"This build has no CUDA module.", "Build Trainyard where CUDA and cuDNN are installed."};
    // The system's words about a library that is not found are for people who know linkers.
    if (cuda->reason.find("libcudnn") != std::string::npos) {
        const int other = evidence.cudnn.major;
        if (!evidence.cudnn.found && other != 0)
            return {fmt::format("cuDNN {} is installed, but {} is needed.", other, kCudnnMajor), cuda->advice};
        return {fmt::format("cuDNN {} is missing.", kCudnnMajor), cuda->advice};
    }
    return {cuda->reason, cuda->advice};
}

Verdict verdictOf(const GpuFacts &gpu, const MachineEvidence &evidence)
{
    // What nothing can mend comes first.
    if (gpu.computeCapability && *gpu.computeCapability < kLeastCapability)
        return {fmt::format("Its compute capability is {}.{}, and {}.{} is the least that can be used.", gpu.computeCapability->major,
                            gpu.computeCapability->minor, kLeastCapability.major, kLeastCapability.minor),
                "A GPU of the Turing generation (2018) or newer is needed."};
    if (const auto verdict = driverVerdict(evidence))
        return *verdict;
    if (!evidence.cudaModule)
        return moduleVerdict(evidence);
    for (const BackendReport &backend : evidence.backends)
        if (!backend.available && backend.device && sameUuid(backend.device->uuid, gpu.uuid))
            return {backend.reason, backend.advice};
    if (!evidence.visibleDevices.empty())
        return {fmt::format("It is hidden from programs: CUDA_VISIBLE_DEVICES is {}.", evidence.visibleDevices),
                "Start Trainyard without that variable to use it."};
    if (const BackendReport *cuda = missingCuda(evidence))
        return {cuda->reason, cuda->advice};
    return {"CUDA does not offer it.", "nvidia-smi says more about its state."};
}

class FactList {
public:
    void add(const char *label, std::string value)
    {
        if (!value.empty())
            facts.push_back({label, std::move(value)});
    }
    std::vector<DeviceFact> facts;
};

std::string memoryText(std::uint64_t total, std::uint64_t free)
{
    return total == 0 ? "" : free == 0 ? formatBytes(total) : fmt::format("{}, {} free", formatBytes(total), formatBytes(free));
}

std::string clockText(std::optional<double> megahertz)
{
    return megahertz ? fmt::format("up to {:.0f} MHz", *megahertz) : std::string();
}

std::string versionText(const LibraryProbe &probe, const char *file)
{
    if (probe.found)
        return probe.version.empty() ? file : probe.version;
    return probe.major == 0 ? "not found" : fmt::format("version {} found", probe.major);
}

void addSoftware(FactList &list, const MachineEvidence &evidence)
{
    list.add("Driver", evidence.driver.version.value_or(""));
    if (evidence.driver.cudaVersion)
        list.add("CUDA of the driver", "up to " + cudaText(*evidence.driver.cudaVersion));
    list.add("CUDA runtime", versionText(evidence.cudaRuntime, "libcudart"));
    list.add("cuDNN", versionText(evidence.cudnn, "libcudnn"));
}

void addHardware(FactList &list, const GpuFacts &gpu)
{
    if (gpu.computeCapability)
        list.add("Compute capability", fmt::format("{}.{}", gpu.computeCapability->major, gpu.computeCapability->minor));
    list.add("SM clock", clockText(gpu.smClockLimit));
    list.add("Memory clock", clockText(gpu.memoryClockLimit));
    if (gpu.powerLimit)
        list.add("Power", fmt::format("up to {} W", formatSignificant(*gpu.powerLimit)));
    if (gpu.slowdownTemperature)
        list.add("Slows down at", fmt::format("{:.0f} °C", *gpu.slowdownTemperature));
    if (gpu.pcieMaxGeneration && gpu.pcieMaxWidth)
        list.add("PCIe", fmt::format("generation {}, {} lanes", *gpu.pcieMaxGeneration, *gpu.pcieMaxWidth));
    if (gpu.mig.value_or(false))
        list.add("MIG", "split into instances");
    list.add("UUID", gpu.uuid);
}

void addCpu(FactList &list, const DeviceInfo &cpu)
{
    list.add("Library", cpu.library);
    list.add("Memory", memoryText(cpu.memoryTotal, cpu.memoryFree));
    list.add("Threads", std::to_string(cpu.threads));
    list.add("Instruction set", cpu.instructionSet);
    if (cpu.lowPrecision)
        list.add("16-bit precision", cpu.bfloat16Products ? "bfloat16 in hardware; float16 computes in float32" : "computes in float32: saves memory, not time");
}

void addGpu(FactList &list, const DeviceInfo &device, const std::optional<GpuFacts> &gpu, const MachineEvidence &evidence)
{
    list.add("Library", device.library);
    // CUDA tells what is free only while a run has the device open; the driver always does.
    const std::uint64_t free = device.memoryFree > 0 || !gpu ? device.memoryFree : gpu->memoryFree.value_or(0);
    list.add("Memory", memoryText(device.memoryTotal, free));
    list.add("16-bit precision", device.lowPrecision ? "bfloat16 and float16" : "");
    if (gpu) {
        addSoftware(list, evidence);
        addHardware(list, *gpu);
        return;
    }
    list.add("Driver", device.driver);
    list.add("Capability", device.instructionSet);
    list.add("Counters", evidence.driverError ? "not available: " + evidence.driverError->message : "the driver does not show this GPU");
    list.add("UUID", device.uuid);
}

DeviceReport usableReport(const BackendReport &backend, const MachineEvidence &evidence)
{
    DeviceReport report;
    report.id = backend.id;
    report.usable = true;
    report.verdict = "Ready to train.";
    report.device = backend.device;
    if (!backend.device)
        return report;
    report.name = backend.device->name;
    FactList list;
    if (backend.id == "cpu") {
        addCpu(list, *backend.device);
    } else {
        for (const GpuFacts &gpu : evidence.gpus)
            if (sameUuid(gpu.uuid, backend.device->uuid))
                report.gpu = gpu;
        addGpu(list, *backend.device, report.gpu, evidence);
    }
    report.facts = std::move(list.facts);
    return report;
}

DeviceReport unusableReport(const GpuFacts &gpu, const MachineEvidence &evidence)
{
    const Verdict verdict = verdictOf(gpu, evidence);
    FactList list;
    list.add("Memory", memoryText(gpu.memoryTotal.value_or(0), gpu.memoryFree.value_or(0)));
    addSoftware(list, evidence);
    addHardware(list, gpu);
    return {fmt::format("gpu:{}", gpu.index), gpu.name.empty() ? "NVIDIA GPU" : gpu.name, false, verdict.text, verdict.advice,
            std::move(list.facts), std::nullopt, gpu};
}

// A GPU that CUDA knows and cannot use, where the driver's own library says nothing.
DeviceReport unusableReport(const BackendReport &backend)
{
    return {backend.id, backend.device ? backend.device->name : "NVIDIA GPU", false, backend.reason, backend.advice, {}, std::nullopt, std::nullopt};
}

// No GPU that works and none that the driver shows: why.
DeviceReport noGpuReport(const MachineEvidence &evidence)
{
    Verdict verdict;
    if (const auto driver = driverVerdict(evidence))
        verdict = *driver;
    else
        verdict = {"The driver sees no GPU.", "Check that the GPU has power and that no virtual machine or container hides it."};
    FactList list;
    addSoftware(list, evidence);
    if (const BackendReport *cuda = missingCuda(evidence))
        list.add("CUDA module", cuda->reason);
    return {"cuda", "NVIDIA GPU", false, verdict.text, verdict.advice, std::move(list.facts), std::nullopt, std::nullopt};
}

}  // namespace

int countNvidiaCards(const std::filesystem::path &pciDevices)
{
    int cards = 0;
    std::error_code code;
    for (std::filesystem::directory_iterator entry(pciDevices, code), end; !code && entry != end; entry.increment(code)) {
        const auto vendor = readFile(entry->path() / "vendor"), kind = readFile(entry->path() / "class");
        // Class 0x03: display controllers, among them the compute cards without a display (0x0302).
        cards += vendor && kind && vendor->starts_with("0x10de") && kind->starts_with("0x03");
    }
    return cards;
}

MachineEvidence gatherEvidence()
{
    MachineEvidence evidence;
    evidence.backends = findBackends();
    evidence.cudaModule = cudaModule().module != nullptr;
    if (const auto nvml = Nvml::open()) {
        evidence.driver = (*nvml)->driver();
        for (const NvmlGpu &gpu : (*nvml)->gpus())
            evidence.gpus.push_back(gpu.facts());
    } else {
        evidence.driverError = nvml.error();
    }
    evidence.cudaRuntime = probeCudaRuntime();
    evidence.cudnn = probeCudnn();
    evidence.nvidiaCards = countNvidiaCards();
    if (const char *visible = std::getenv("CUDA_VISIBLE_DEVICES"))
        evidence.visibleDevices = *visible ? visible : "empty";
    return evidence;
}

std::vector<DeviceReport> deviceReports(const MachineEvidence &evidence)
{
    std::vector<DeviceReport> reports;
    for (const BackendReport &backend : evidence.backends)
        if (backend.available)
            reports.push_back(usableReport(backend, evidence));
    bool anyGpu = std::any_of(reports.begin(), reports.end(), [](const DeviceReport &report) { return report.id != "cpu"; });
    for (const GpuFacts &gpu : evidence.gpus) {
        const bool used = std::any_of(reports.begin(), reports.end(), [&gpu](const DeviceReport &report) {
            return report.gpu && report.gpu->index == gpu.index;
        });
        if (!used)
            reports.push_back(unusableReport(gpu, evidence));
        anyGpu = true;
    }
    for (const BackendReport &backend : evidence.backends) {
        if (!backend.available && backend.id.starts_with("cuda:") && evidence.gpus.empty()) {
            reports.push_back(unusableReport(backend));
            anyGpu = true;
        }
    }
    if (!anyGpu)
        reports.push_back(noGpuReport(evidence));
    return reports;
}

}  // namespace trainyard
