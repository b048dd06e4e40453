// A machine and a race for tests of the Device page, in the states that a person may meet: no GPU here is real.
#pragma once

#include <cmath>

#include <QDateTime>

#include "ui/bridge/device_monitor.h"
#include "ui/bridge/device_race.h"

namespace trainyard::test {

class ShownMonitor : public ui::DeviceMonitor
{
public:
    using DeviceMonitor::setMachine;
    using DeviceMonitor::take;

    // Some minutes of a counter that waves between two values.
    void wave(const QString &device, const char *series, const char *unit, double low, double high, int seconds = 170)
    {
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        for (int second = seconds; second >= 0; --second) {
            const double share = 0.5 + 0.3 * std::sin(second / 9.0) + 0.2 * std::sin(second / 2.3);
            take(device, {series, unit}, now - second * 1000, low + share * (high - low));
        }
    }
};

class ShownRace : public ui::DeviceRace
{
public:
    using DeviceRace::setState;
};

inline const std::string kGpuUuid = "GPU-8a56a4bc-1111-2222-3333-444455556666";

inline MachineEvidence processorAlone()
{
    MachineEvidence evidence;
    DeviceInfo info;
    info.id = "cpu";
    info.lowPrecision = true;
    info.name = "AMD EPYC 9654 96-Core Processor";
    info.library = "oneDNN 2.6.3";
    info.instructionSet = "avx512_core_bf16";
    info.threads = 2;
    info.memoryTotal = 16'700'000'000;
    info.memoryFree = 12'300'000'000;
    BackendReport cpu;
    cpu.id = "cpu";
    cpu.available = true;
    cpu.device = info;
    BackendReport cuda;
    cuda.id = "cuda";
    cuda.reason = "The NVIDIA driver is missing.";
    evidence.backends = {cpu, cuda};
    evidence.driverError = Error{ErrorCode::NotFound, "There is no NVIDIA driver.", {}, "libnvidia-ml.so.1: not found"};
    return evidence;
}

inline MachineEvidence withGpu()
{
    MachineEvidence evidence = processorAlone();
    evidence.driverError.reset();
    evidence.cudaModule = true;
    evidence.driver.version = "580.65.06";
    evidence.driver.cudaVersion = 13000;
    evidence.driver.gpus = 1;
    evidence.cudaRuntime.found = evidence.cudnn.found = true;
    evidence.cudaRuntime.version = "13.0";
    evidence.cudaRuntime.major = 13;
    evidence.cudnn.version = "9.19.0";
    evidence.cudnn.major = 9;
    BackendReport &report = evidence.backends[1];
    report.id = "cuda:0";
    report.available = true;
    report.reason.clear();
    DeviceInfo info;
    info.id = "cuda:0";
    info.name = "NVIDIA H200";
    info.library = "CUDA 13.0, cuDNN 9.19.0";
    info.instructionSet = "compute capability 9.0";
    info.driver = "580.65.06";
    info.uuid = kGpuUuid;
    info.memoryTotal = 150'754'820'096;
    info.memoryFree = 149'000'000'000;
    info.lowPrecision = true;
    report.device = info;
    GpuFacts facts;
    facts.uuid = kGpuUuid;
    facts.name = "NVIDIA H200";
    facts.computeCapability = ComputeCapability{9, 0};
    facts.memoryTotal = 150'754'820'096;
    facts.smClockLimit = 1980;
    facts.memoryClockLimit = 3201;
    facts.powerLimit = 700;
    facts.slowdownTemperature = 87;
    facts.pcieMaxGeneration = 5;
    facts.pcieMaxWidth = 16;
    evidence.gpus = {facts};
    return evidence;
}

inline ui::Machine machineWithGpu()
{
    return {deviceReports(withGpu()), {}};
}

inline ui::Machine machineWithoutGpu()
{
    return {deviceReports(processorAlone()), QStringLiteral("There is no NVIDIA driver.")};
}

// A GPU that the driver shows and this build cannot use.
inline ui::Machine machineWithOldGpu()
{
    MachineEvidence evidence = withGpu();
    evidence.backends[1] = processorAlone().backends[1];
    evidence.gpus[0].name = "NVIDIA GeForce GTX 1080";
    evidence.gpus[0].computeCapability = ComputeCapability{6, 1};
    evidence.gpus[0].memoryTotal = 8'500'000'000;
    return {deviceReports(evidence), {}};
}

inline RaceLane lane(const RaceContestant &contestant, double rate, double seconds, double raceSeconds, RacePhase phase)
{
    RaceLane lane;
    lane.contestant = contestant;
    lane.phase = phase;
    if (phase == RacePhase::Waiting)
        return lane;
    lane.prepareSeconds = 0.41;
    lane.warmUpSeconds = 1.0;
    const double stretch = std::min(1.0, raceSeconds / 5);
    for (double end = stretch; end <= seconds + 1e-9; end += stretch) {
        const double now = rate * (1 + 0.04 * std::sin(3 * end));
        lane.rates.push_back(now);
        lane.samples += static_cast<std::int64_t>(now * stretch);
        lane.marks.push_back(lane.samples);
        lane.seconds = end;
    }
    const double rest = seconds - lane.seconds;
    lane.samples += static_cast<std::int64_t>(rest * rate);
    lane.seconds = seconds;
    lane.steps = lane.samples / 64;
    lane.loss = 0.0833;
    if (phase == RacePhase::Finished)
        lane.medianRate = rate;
    return lane;
}

// The processor has finished, the GPU is at work since `seconds`, or has finished too.
inline RaceState raceAgainstGpu(double seconds)
{
    RaceState state;
    state.secondsEach = 10;
    state.lanes.push_back(lane({"cpu", 2}, 37'500, 10, 10, RacePhase::Finished));
    state.lanes.push_back(lane({"cuda:0", 0, Precision::BFloat16}, 2'140'000, seconds, 10,
                               seconds >= 10 ? RacePhase::Finished : seconds > 0 ? RacePhase::Racing : RacePhase::Waiting));
    if (seconds >= 10) {
        state.lanes[0].joules = 940;
        state.lanes[1].joules = 4100;
    }
    state.ended = seconds >= 10;
    return state;
}

}  // namespace trainyard::test
