// A driver for tests: its GPUs and counters are what the test says. While one lives, Nvml::open() finds it.
#pragma once

#include <QTemporaryDir>

#include <nlohmann/json.hpp>

#include "engine/base/file.h"

class FakeDriver {
public:
    using Json = nlohmann::json;

    // kind: "fake_nvml", "fake_nvml_old" or "fake_nvml_hollow".
    explicit FakeDriver(Json state, const char *kind = "fake_nvml")
    {
        set(std::move(state));
        qputenv("TRAINYARD_FAKE_NVML_STATE", QFile::encodeName(statePath()));
        qputenv("TRAINYARD_NVML", QByteArray(TRAINYARD_BIN_DIR) + "/../" + kind + "/libnvidia-ml.so.1");
    }
    ~FakeDriver()
    {
        qunsetenv("TRAINYARD_FAKE_NVML_STATE");
        qunsetenv("TRAINYARD_NVML");
    }
    FakeDriver(const FakeDriver &) = delete;
    FakeDriver &operator=(const FakeDriver &) = delete;

    const Json &state() const { return m_state; }
    // From the next call of any function on.
    void set(Json state)
    {
        m_state = std::move(state);
        const auto written = trainyard::writeFileAtomically(statePath().toStdString(), m_state.dump());
        if (!written)
            qFatal("%s", written.error().message.c_str());
    }

    // One GPU that answers everything, as an H200 could.
    static Json gpu(const std::string &uuid, const std::string &name = "NVIDIA H200")
    {
        return {{"uuid", uuid},
                {"name", name},
                {"capability", {9, 0}},
                {"memory", {{"total", 150'000'000'000}, {"used", 2'000'000'000}, {"reserved", 600'000'000}}},
                {"utilization", {37, 12}},
                {"max_clocks", {1980, 1980, 3201}},
                {"clocks", {1755, 1755, 2619}},
                {"power_limit", 700'000},
                {"power", 512'340},
                {"energy", 1'000'000},
                {"temperature", 41},
                {"precise_temperature", 42},
                {"slowdown", 87},
                {"pcie", {1, 16, 5, 16}},
                {"pcie_rates", {250'000, 1'500'000}},
                {"mig", 0},
                {"processes", Json::array()},
                {"graphics_processes", Json::array()},
                {"performance_state", 0},
                {"reasons", 0},
                {"power_violation", {{"held_ns", 0}, {"at_us", 1'000'000}}},
                {"thermal_violation", {{"held_ns", 0}, {"at_us", 1'000'000}}}};
    }
    static Json machine(Json gpus) { return {{"driver", "580.65.06"}, {"cuda", 13000}, {"devices", std::move(gpus)}}; }

private:
    QString statePath() const { return m_folder.filePath("state.json"); }

    QTemporaryDir m_folder;
    Json m_state;
};
