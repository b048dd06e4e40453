// A card's numbers as a file and as the text cuDNN takes.
#include <QtTest>

#include <nlohmann/json.hpp>

#include "engine/backends/cuda/device_properties.h"
#include "engine/base/file.h"

using namespace trainyard;
using namespace trainyard::cuda;

namespace {

const std::vector<std::string> kFixtures{"h200", "a100", "rtx4090"};

std::string fixtureText(const std::string &name)
{
    const auto text = readFile(std::string(TRAINYARD_PROJECTS_DIR "/../tests/gpu/devices/") + name + ".json");
    if (!text)
        qFatal("%s", text.error().message.c_str());
    return *text;
}

}  // namespace

class TestDeviceProperties : public QObject {
    Q_OBJECT

private slots:
    void theFixturesAreRead()
    {
        for (const std::string &name : kFixtures) {
            const auto properties = parseDeviceProperties(fixtureText(name));
            QVERIFY2(properties, properties ? "" : properties.error().message.c_str());
            QVERIFY(properties->bfloat16());
        }
        const auto h200 = parseDeviceProperties(fixtureText("h200"));
        QCOMPARE(h200->capability(), 90);
        QCOMPARE(h200->capabilityText(), std::string("9.0"));
        QCOMPARE(h200->multiprocessors, 132);
        QVERIFY(h200->memoryBytes > 140'000'000'000u);
    }

    void whatIsWrittenIsReadAgain()
    {
        for (const std::string &name : kFixtures) {
            auto properties = *parseDeviceProperties(fixtureText(name));
            properties.uuid = "GPU-12345678";
            const std::string written = devicePropertiesToJson(properties);
            const auto again = parseDeviceProperties(written);
            QVERIFY(again);
            QCOMPARE(devicePropertiesToJson(*again), written);
            QCOMPARE(again->uuid, properties.uuid);
            QCOMPARE(again->cudnnJson(), properties.cudnnJson());
        }
    }

    void aMissingOrWrongNumberIsNamed()
    {
        const auto whole = nlohmann::json::parse(fixtureText("h200"));
        for (const auto &[key, value] : whole.items()) {
            if (key == "sources")
                continue;
            auto without = whole;
            without.erase(key);
            const auto missing = parseDeviceProperties(without.dump());
            QVERIFY2(!missing && missing.error().code == ErrorCode::InvalidFile, key.c_str());
            QVERIFY2(missing.error().message.find("\"" + key + "\"") != std::string::npos, missing.error().message.c_str());
            auto wrong = whole;
            wrong[key] = -1.5;
            QVERIFY2(!parseDeviceProperties(wrong.dump()), key.c_str());
        }
    }

    void whatIsNoDescriptionIsRefused()
    {
        for (const char *text : {"", "[]", "{", "null", "{\"name\": \"\"}"})
            QVERIFY(!parseDeviceProperties(text));
        auto none = nlohmann::json::parse(fixtureText("h200"));
        none["multiprocessors"] = 0;
        QVERIFY(!parseDeviceProperties(none.dump()));
        none["multiprocessors"] = 99999999999;
        QVERIFY(!parseDeviceProperties(none.dump()));
        none["multiprocessors"] = 132;
        none["maxGrid"] = {1, 2};
        QVERIFY(!parseDeviceProperties(none.dump()));
    }

    // The keys were found by asking cuDNN 9.19; it refuses a description that lacks one.
    void cudnnGetsAllItsKeys()
    {
        const auto json = nlohmann::json::parse(parseDeviceProperties(fixtureText("h200"))->cudnnJson());
        for (const char *key :
             {"maxGridSize", "maxBlockSize", "regsPerBlock", "multiProcessorCount", "warpSize", "maxSharedMemoryPerBlock",
              "maxSharedMemoryPerBlockOptin", "reservedSharedMemoryPerBlock", "maxRegistersPerSM", "maxCtasPerSM", "maxThreadsPerBlock",
              "maxThreadsPerSM", "pciDeviceId", "isTccDriver", "supportCoopLaunch", "totalGlobalMem", "smClockRateKHz", "memClockRateKHz",
              "l2CacheSize", "cudaDeviceId", "deviceVer", "driverVer", "deviceName"})
            QVERIFY2(json.contains(key), key);
        QCOMPARE(json["deviceVer"].get<int>(), 900);
        QCOMPARE(json["maxSharedMemoryPerBlockOptin"].get<int>(), 232448);
        QCOMPARE(json["maxGridSize"].size(), std::size_t{3});
    }
};

QTEST_GUILESS_MAIN(TestDeviceProperties)
#include "tst_device_properties.moc"
