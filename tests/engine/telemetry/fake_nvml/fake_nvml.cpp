// A library with NVML's functions that answers from a JSON file, named by the environment variable
// TRAINYARD_FAKE_NVML_STATE and read anew at every call, so that a test can change the world while a sampler runs.
//
// State: {"init": 0, "driver": "580.65.06", "cuda": 13000, "devices": [{...}]}. A device has a key for each thing that can
// be asked; what it lacks is not supported, and {"errors": {"power": 15}} answers that key with that status.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "engine/telemetry/nvml_types.h"

namespace {

using namespace trainyard::nvml;
using Json = nlohmann::json;

constexpr Return kUninitialized = 1;
std::atomic<int> starts = 0;

[[maybe_unused]] Json state()
{
    const char *path = std::getenv("TRAINYARD_FAKE_NVML_STATE");
    std::ifstream file(path ? path : "");
    Json json = Json::parse(file, nullptr, false);
    return json.is_object() ? json : Json::object();
}

#ifndef FAKE_NVML_HOLLOW

std::size_t indexOf(Device device)
{
    return reinterpret_cast<std::size_t>(device) - 1;
}

// Calls use(value of the key) when the device has it.
template <typename Use>
Return answer(Device device, const char *key, Use use)
{
    if (starts == 0)
        return kUninitialized;
    const Json all = state();
    if (indexOf(device) >= all["devices"].size())
        return kInvalidArgument;
    const Json one = all["devices"][indexOf(device)];
    if (one.contains("errors") && one["errors"].contains(key))
        return one["errors"][key].get<Return>();
    if (!one.contains(key))
        return kNotSupported;
    use(one[key]);
    return kSuccess;
}

template <typename Number>
Return number(Device device, const char *key, Number *out)
{
    return answer(device, key, [out](const Json &value) { *out = value.get<Number>(); });
}

template <typename Number>
Return element(Device device, const char *key, int index, Number *out)
{
    return answer(device, key, [=](const Json &value) { *out = value.at(static_cast<std::size_t>(index)).template get<Number>(); });
}

Return words(Device device, const char *key, char *out, unsigned length)
{
    return answer(device, key, [=](const Json &value) { std::snprintf(out, length, "%s", value.get<std::string>().c_str()); });
}

#endif

}  // namespace

extern "C" {

Return nvmlShutdown()
{
    if (starts == 0)
        return kUninitialized;
    --starts;
    return kSuccess;
}

#ifndef FAKE_NVML_HOLLOW

Return nvmlInit_v2()
{
    const Return status = state().value("init", kSuccess);
    starts += status == kSuccess;
    return status;
}

Return nvmlSystemGetDriverVersion(char *out, unsigned length)
{
    const Json all = state();
    if (!all.contains("driver"))
        return kNotSupported;
    std::snprintf(out, length, "%s", all["driver"].get<std::string>().c_str());
    return kSuccess;
}

Return nvmlDeviceGetCount_v2(unsigned *count)
{
    if (starts == 0)
        return kUninitialized;
    *count = static_cast<unsigned>(state()["devices"].size());
    return kSuccess;
}

Return nvmlDeviceGetHandleByIndex_v2(unsigned index, Device *device)
{
    Json all = state();
    if (index >= all["devices"].size())
        return kInvalidArgument;
    if (const Return lost = all["devices"][index].value("handle_error", kSuccess); lost != kSuccess)
        return lost;
    *device = reinterpret_cast<Device>(std::size_t{index} + 1);
    return kSuccess;
}

Return nvmlDeviceGetName(Device device, char *out, unsigned length) { return words(device, "name", out, length); }
Return nvmlDeviceGetUUID(Device device, char *out, unsigned length) { return words(device, "uuid", out, length); }
Return nvmlDeviceGetPowerUsage(Device device, unsigned *out) { return number(device, "power", out); }
Return nvmlDeviceGetTemperature(Device device, int, unsigned *out) { return number(device, "temperature", out); }
Return nvmlDeviceGetClockInfo(Device device, int type, unsigned *out) { return element(device, "clocks", type, out); }
Return nvmlDeviceGetCurrentClocksThrottleReasons(Device device, unsigned long long *out) { return number(device, "reasons", out); }

Return nvmlDeviceGetUtilizationRates(Device device, Utilization *out)
{
    return answer(device, "utilization", [out](const Json &value) { *out = {value.at(0).get<unsigned>(), value.at(1).get<unsigned>()}; });
}

Return nvmlDeviceGetMemoryInfo(Device device, Memory *out)
{
    return answer(device, "memory", [out](const Json &value) {
        const auto total = value.at("total").get<std::uint64_t>();
        const auto used = value.at("used").get<std::uint64_t>() + value.at("reserved").get<std::uint64_t>();
        *out = {total, total - used, used};
    });
}

#ifndef FAKE_NVML_OLD

Return nvmlSystemGetCudaDriverVersion_v2(int *version)
{
    const Json all = state();
    if (!all.contains("cuda"))
        return kNotSupported;
    *version = all["cuda"].get<int>();
    return kSuccess;
}

Return nvmlDeviceGetCudaComputeCapability(Device device, int *major, int *minor)
{
    return answer(device, "capability", [=](const Json &value) {
        *major = value.at(0).get<int>();
        *minor = value.at(1).get<int>();
    });
}

Return nvmlDeviceGetMaxClockInfo(Device device, int type, unsigned *out) { return element(device, "max_clocks", type, out); }
Return nvmlDeviceGetEnforcedPowerLimit(Device device, unsigned *out) { return number(device, "power_limit", out); }
Return nvmlDeviceGetCurrPcieLinkGeneration(Device device, unsigned *out) { return element(device, "pcie", 0, out); }
Return nvmlDeviceGetCurrPcieLinkWidth(Device device, unsigned *out) { return element(device, "pcie", 1, out); }
Return nvmlDeviceGetMaxPcieLinkGeneration(Device device, unsigned *out) { return element(device, "pcie", 2, out); }
Return nvmlDeviceGetMaxPcieLinkWidth(Device device, unsigned *out) { return element(device, "pcie", 3, out); }
Return nvmlDeviceGetTotalEnergyConsumption(Device device, unsigned long long *out) { return number(device, "energy", out); }
Return nvmlDeviceGetPerformanceState(Device device, int *out) { return number(device, "performance_state", out); }
Return nvmlDeviceGetPcieThroughput(Device device, int counter, unsigned *out) { return element(device, "pcie_rates", counter, out); }

Return nvmlDeviceGetTemperatureThreshold(Device device, int type, unsigned *out)
{
    return type == kThresholdSlowdown ? number(device, "slowdown", out) : kNotSupported;
}

Return nvmlDeviceGetMigMode(Device device, unsigned *now, unsigned *later)
{
    return answer(device, "mig", [=](const Json &value) { *now = *later = value.get<unsigned>(); });
}

Return nvmlDeviceGetMemoryInfo_v2(Device device, MemoryV2 *out)
{
    if (out->version != (sizeof(MemoryV2) | 2u << 24))
        return kInvalidArgument;
    return answer(device, "memory", [out](const Json &value) {
        const auto total = value.at("total").get<std::uint64_t>(), reserved = value.at("reserved").get<std::uint64_t>();
        const auto used = value.at("used").get<std::uint64_t>();
        *out = {out->version, total, reserved, total - used - reserved, used};
    });
}

Return nvmlDeviceGetTemperatureV(Device device, Temperature *out)
{
    if (out->version != (sizeof(Temperature) | 1u << 24) || out->sensorType != kSensorGpu)
        return kInvalidArgument;
    return number(device, "precise_temperature", &out->temperature);
}

Return nvmlDeviceGetCurrentClocksEventReasons(Device device, unsigned long long *out) { return number(device, "reasons", out); }

Return nvmlDeviceGetViolationStatus(Device device, int policy, ViolationTime *out)
{
    return answer(device, policy == kPolicyPower ? "power_violation" : "thermal_violation", [out](const Json &value) {
        *out = {value.at("at_us").get<unsigned long long>(), value.at("held_ns").get<unsigned long long>()};
    });
}

static Return listProcesses(Device device, const char *key, unsigned *count, ProcessInfo *out)
{
    Return status = kSuccess;
    const Return asked = answer(device, key, [&](const Json &value) {
        if (*count < value.size())
            status = kInsufficientSize;
        else
            for (std::size_t i = 0; i < value.size(); ++i)
                out[i] = {value[i].at("pid").get<unsigned>(), value[i].value("bytes", kNotAvailable), ~0u, ~0u};
        *count = static_cast<unsigned>(value.size());
    });
    return asked == kSuccess ? status : asked;
}

Return nvmlDeviceGetComputeRunningProcesses_v3(Device device, unsigned *count, ProcessInfo *out)
{
    return listProcesses(device, "processes", count, out);
}

Return nvmlDeviceGetGraphicsRunningProcesses_v3(Device device, unsigned *count, ProcessInfo *out)
{
    return listProcesses(device, "graphics_processes", count, out);
}

// A sample is the counters as they are; a metric is what they grew by between two samples.
struct TakenSample {
    bool taken = false;
    std::map<unsigned, double> counters;
};

Return nvmlGpmQueryDeviceSupport(Device device, GpmSupport *out)
{
    if (out->version != 1)
        return kInvalidArgument;
    out->isSupportedDevice = answer(device, "gpm", [](const Json &) {}) == kSuccess;
    return kSuccess;
}

Return nvmlGpmSampleAlloc(GpmSample *out)
{
    *out = reinterpret_cast<GpmSample>(new TakenSample);
    return kSuccess;
}

Return nvmlGpmSampleFree(GpmSample sample)
{
    delete reinterpret_cast<TakenSample *>(sample);
    return kSuccess;
}

Return nvmlGpmSampleGet(Device device, GpmSample sample)
{
    auto *taken = reinterpret_cast<TakenSample *>(sample);
    return answer(device, "gpm", [taken](const Json &value) {
        *taken = {true, {}};
        for (const auto &[id, counter] : value.items())
            taken->counters[static_cast<unsigned>(std::stoul(id))] = counter.get<double>();
    });
}

Return nvmlGpmMetricsGet(GpmMetricsGet *request)
{
    const auto *before = reinterpret_cast<const TakenSample *>(request->before), *now = reinterpret_cast<const TakenSample *>(request->now);
    if (request->version != 1 || before == now || !before->taken || !now->taken)
        return kInvalidArgument;
    for (unsigned i = 0; i < request->numMetrics; ++i) {
        GpmMetric &metric = request->metrics[i];
        const auto from = before->counters.find(metric.metricId), to = now->counters.find(metric.metricId);
        const bool known = from != before->counters.end() && to != now->counters.end();
        metric.result = known ? kSuccess : kNotSupported;
        metric.value = known ? to->second - from->second : 0;
    }
    return kSuccess;
}

#endif  // old
#endif  // hollow

}  // extern "C"
