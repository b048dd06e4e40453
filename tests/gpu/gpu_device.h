// The GPU the tests run on: the first one that the CUDA module in TRAINYARD_CUDA_MODULE finds, simulated or real. Tests
// that need one skip with the reason where there is none; TRAINYARD_REQUIRE_GPU=1 makes that a failure.
#pragma once

#include <QByteArray>
#include <QString>
#include <QTemporaryDir>
#include <QtTest>

#include <random>

#include "engine/backends/backend.h"

namespace trainyard::tests {

struct GpuDevice {
    std::unique_ptr<Backend> backend;
    DeviceInfo info;
    QString reason;  // why there is none

    bool simulated() const { return info.name.starts_with("Simulated"); }
};

inline GpuDevice &gpuDevice()
{
    static const QTemporaryDir cache;  // choices of kernels are kept on disk; not in that of the person who runs the tests
    static GpuDevice device = [] {
        GpuDevice found;
        qputenv("XDG_CACHE_HOME", cache.path().toUtf8());
        auto opened = openBackend("cuda");
        if (!opened) {
            found.reason = QString::fromStdString(opened.error().message);
            return found;
        }
        found.backend = std::move(*opened);
        found.info = found.backend->device();
        return found;
    }();
    return device;
}

// The seed of fresh random inputs: TRAINYARD_TEST_SEED, or one drawn now. Printed, so that a failure can be repeated.
inline unsigned testSeed()
{
    static const unsigned seed = [] {
        bool given = false;
        const unsigned named = qEnvironmentVariable("TRAINYARD_TEST_SEED").toUInt(&given);
        const unsigned chosen = given ? named : std::random_device{}() % 1000000;
        qInfo("inputs of TRAINYARD_TEST_SEED=%u", chosen);
        return chosen;
    }();
    return seed;
}

// An environment variable for as long as this lives.
class Setting {
public:
    Setting(const char *name, const QByteArray &value) : m_name(name), m_before(qgetenv(name)), m_wasSet(qEnvironmentVariableIsSet(name))
    {
        qputenv(name, value);
    }
    ~Setting() { m_wasSet ? qputenv(m_name, m_before) : qunsetenv(m_name); }
    Setting(const Setting &) = delete;
    Setting &operator=(const Setting &) = delete;

private:
    const char *m_name;
    QByteArray m_before;
    bool m_wasSet;
};

}  // namespace trainyard::tests

#define TRAINYARD_NEEDS_GPU() \
    do { \
        if (const QString &why = trainyard::tests::gpuDevice().reason; !why.isEmpty()) { \
            if (qEnvironmentVariableIntValue("TRAINYARD_REQUIRE_GPU") == 1) \
                QFAIL(qPrintable("TRAINYARD_REQUIRE_GPU is set, but: " + why)); \
            QSKIP(qPrintable(why)); \
        } \
    } while (false)

// For what only the simulated device can be made to do.
#define TRAINYARD_NEEDS_SIMULATION() \
    do { \
        TRAINYARD_NEEDS_GPU(); \
        if (!trainyard::tests::gpuDevice().simulated()) \
            QSKIP("only the simulated device can be told to do this"); \
    } while (false)
