#include <QtTest>

#include <nlohmann/json.hpp>

#include "engine/train/training_config.h"

using namespace trainyard;

class TestTrainingConfig : public QObject {
    Q_OBJECT
private slots:
    void settingsSurviveJson()
    {
        TrainingConfig config;
        config.optimizer = {"sgd", 0.1, 0.8, true, 0.7, 0.99, 1e-6, 0.01, 2.5, 0.125};
        config.epochs = 7;
        config.batchSize = 3;
        config.seed = 18446744073709551615u;
        config.device = "cpu";
        config.threads = 2;
        config.checkpointEveryEpochs = 0;
        config.precision = Precision::BFloat16;
        config.tf32 = config.autotune = config.reserveMemory = true;
        config.memoryLimitMiB = 4096;
        const auto text = trainingToJson(config).dump();
        QVERIFY(trainingFromJson(nlohmann::ordered_json::parse(text)).value() == config);
    }

    void absentKeysKeepTheirDefaults()
    {
        QVERIFY(trainingFromJson(nlohmann::ordered_json::object()).value() == TrainingConfig());
    }

    void aValueOfTheWrongKindIsNamed_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("key");
        QTest::newRow("text for a number") << R"({"epochs": "many"})" << "\"epochs\"";
        QTest::newRow("half an epoch") << R"({"epochs": 1.5})" << "\"epochs\"";
        QTest::newRow("negative seed") << R"({"seed": -1})" << "\"seed\"";
        QTest::newRow("null") << R"({"batch_size": null})" << "\"batch_size\"";
        QTest::newRow("number for a text") << R"({"device": 3})" << "\"device\"";
        QTest::newRow("number for yes or no") << R"({"optimizer": {"nesterov": 1}})" << "\"nesterov\"";
        QTest::newRow("text for a bound") << R"({"optimizer": {"clip_norm": "1"}})" << "\"clip_norm\"";
        QTest::newRow("yes for a bound") << R"({"optimizer": {"clip_value": true}})" << "\"clip_value\"";
        QTest::newRow("list for an object") << R"({"optimizer": [1]})" << "\"optimizer\"";
        QTest::newRow("not an object") << R"([])" << "\"training\"";
        QTest::newRow("larger than 64 bits") << R"({"epochs": 1e30})" << "\"epochs\"";
        QTest::newRow("no precision") << R"({"precision": "float31"})" << "\"precision\"";
        QTest::newRow("more threads than an int holds") << R"({"threads": 4294967297})" << "\"threads\"";
        QTest::newRow("more epochs than 63 bits hold") << R"({"epochs": 18446744073709551615})" << "\"epochs\"";
    }

    void aValueOfTheWrongKindIsNamed()
    {
        QFETCH(QString, json);
        QFETCH(QString, key);
        const auto read = trainingFromJson(nlohmann::ordered_json::parse(json.toStdString()));
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::InvalidFile);
        QVERIFY2(QString::fromStdString(read.error().message).contains(key), read.error().message.c_str());
    }

    void valuesOutOfRangeAreRefused()
    {
        const auto refused = [](auto change) {
            TrainingConfig config;
            change(config);
            const auto checked = checkTraining(config, 100);
            return !checked && checked.error().code == ErrorCode::InvalidArgument;
        };
        const TrainingConfig defaults;
        QVERIFY(checkTraining(defaults, 100));
        QVERIFY(checkTraining(defaults, 0));  // not known yet
        QVERIFY(refused([](TrainingConfig &config) { config.epochs = 0; }));
        QVERIFY(refused([](TrainingConfig &config) { config.epochs = 1'000'001; }));
        QVERIFY(refused([](TrainingConfig &config) { config.batchSize = 0; }));
        QVERIFY(refused([](TrainingConfig &config) { config.batchSize = 101; }));
        QVERIFY(refused([](TrainingConfig &config) { config.threads = -1; }));
        QVERIFY(refused([](TrainingConfig &config) { config.threads = 1025; }));
        QVERIFY(refused([](TrainingConfig &config) { config.checkpointEveryEpochs = -1; }));
        QVERIFY(refused([](TrainingConfig &config) { config.memoryLimitMiB = -1; }));
        QVERIFY(refused([](TrainingConfig &config) { config.reserveMemory = true; }));  // how much?
        QVERIFY(refused([](TrainingConfig &config) { config.optimizer.type = "adagrad"; }));
        QVERIFY(refused([](TrainingConfig &config) { config.optimizer.learningRate = 0; }));
        QVERIFY(refused([](TrainingConfig &config) { config.optimizer.clipNorm = -1; }));
    }
};

QTEST_GUILESS_MAIN(TestTrainingConfig)
#include "tst_training_config.moc"
