#include "engine/api/doctor.h"

#include <fmt/format.h>

namespace trainyard {

namespace {

Finding driverFinding(const MachineEvidence &evidence)
{
    if (evidence.driverError)
        return {"NVIDIA driver", false, evidence.driverError->message, {}, {}};
    std::string text = evidence.driver.version.value_or("of unknown version");
    if (const auto cuda = evidence.driver.cudaVersion)
        text += fmt::format(", for CUDA up to {}.{}", *cuda / 1000, *cuda % 1000 / 10);
    return {"NVIDIA driver", true, text, {}, {}};
}

Finding libraryFinding(const char *what, const char *file, const LibraryProbe &probe)
{
    if (probe.found)
        return {what, true, probe.version.empty() ? file : probe.version, {}, {}};
    if (probe.major != 0)
        return {what, false, fmt::format("Version {} is here, another one is needed ({}).", probe.major, probe.error), {}, {}};
    return {what, false, probe.error, {}, {}};
}

}  // namespace

std::vector<Finding> findingsOf(const MachineEvidence &evidence)
{
    std::vector<Finding> findings;
    for (DeviceReport &report : deviceReports(evidence))
        findings.push_back({report.id, report.usable, report.name.empty() ? report.verdict : report.name + ". " + report.verdict,
                            report.advice, std::move(report.facts)});
    findings.push_back(driverFinding(evidence));
    findings.push_back(libraryFinding("CUDA runtime", "libcudart.so", evidence.cudaRuntime));
    findings.push_back(libraryFinding("cuDNN", "libcudnn.so", evidence.cudnn));
    return findings;
}

}  // namespace trainyard
