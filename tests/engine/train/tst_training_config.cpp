#include <QtTest>

#include <cmath>
#include <map>

#include <nlohmann/json.hpp>

#include "engine/train/training_config.h"

using namespace trainyard;

class TestTrainingConfig : public QObject {
    Q_OBJECT
private slots:
    void settingsSurviveJson()
    {
        TrainingConfig config;
        config.optimizer = {"sgd", 0.1, 0.01, true, 2.5, 0.125, {}};
        for (const auto &[key, value] : std::map<std::string, ParameterValue>{{"momentum", 0.8}, {"nesterov", true}, {"beta1", 0.7}, {"beta2", 0.99},
                                                                              {"epsilon", 1e-6}, {"lion_beta2", 0.5}, {"centered", true},
                                                                              {"muon_iterations", std::int64_t{3}}})
            config.optimizer.set(key, value);
        config.accumulationSteps = 4;
        config.emaDecay = 0.99;
        config.recompute = true;
        config.recomputeMiB = 300;
        config.epochs = 7;
        config.batchSize = 3;
        config.seed = 18446744073709551615u;
        config.device = "cpu";
        config.threads = 2;
        config.checkpointEveryEpochs = 0;
        config.precision = Precision::BFloat16;
        config.tf32 = config.autotune = config.reserveMemory = true;
        config.memoryLimitMiB = 4096;
        config.schedule = {"multi_step", {{"milestones", std::vector<std::int64_t>{3, 5}}, {"warmup", std::int64_t{2}}}};
        config.length = {LengthUnit::Minutes, 77, 1.5};
        config.evaluation = {25, true};
        config.stopping = {true, "accuracy", 3, 0.001};
        config.best = {true, "loss", false};
        config.startFrom = {StartKind::Run, 12, true, {}, {"head", "conv3"}, true};
        config.sampling = {false, "The \"yard\"\n", 77, 0, 5, 18446744073709551615u};
        const auto text = trainingToJson(config).dump();
        QVERIFY(trainingFromJson(nlohmann::ordered_json::parse(text)).value() == config);
    }

    // Files of before stay byte for byte what they were.
    void whatIsAsItAlwaysWasIsNotWritten()
    {
        const auto json = trainingToJson(TrainingConfig());
        for (const char *key : {"schedule", "length", "evaluation", "early_stopping", "keep_best", "recompute", "recompute_mib", "start_from"})
            QVERIFY2(!json.contains(key), key);
        const auto read = trainingFromJson(nlohmann::ordered_json::parse(R"({"early_stopping": {"patience": 4}, "keep_best": {}})"));
        QVERIFY(read->stopping.on && read->stopping.patience == 4 && read->best.keep && read->best.test);
    }

    void whatARunStartsFromSurvivesJsonAndIsChecked()
    {
        TrainingConfig config;
        config.startFrom.kind = StartKind::File;
        config.startFrom.file = "weights/body.safetensors";
        const auto json = trainingToJson(config);
        QCOMPARE(QString::fromStdString(json["start_from"].dump()), QStringLiteral(R"({"kind":"file","file":"weights/body.safetensors"})"));
        QVERIFY(trainingFromJson(json).value() == config);
        for (const char *text : {R"({"start_from": 3})", R"({"start_from": {"kind": "cloud"}})", R"({"start_from": {"kind": "run", "run": "3"}})",
                                 R"({"start_from": {"checkpoint": "first"}})", R"({"start_from": {"leave_out": "head"}})"})
            QVERIFY2(!trainingFromJson(nlohmann::ordered_json::parse(text)), text);
        config.startFrom.file.clear();
        QCOMPARE(checkTraining(config, 0).error().node, std::string("start_from.file"));
        config.startFrom.kind = StartKind::Run;
        QCOMPARE(checkTraining(config, 0).error().node, std::string("start_from.run"));
    }

    void mistakesNameTheirPlaceInTheFile()
    {
        const auto nodeOf = [](const std::function<void(TrainingConfig &)> &change) {
            TrainingConfig config;
            change(config);
            const Status status = checkTraining(config, 320);  // 10 steps an epoch
            return status ? std::string() : status.error().node;
        };
        QCOMPARE(nodeOf([](TrainingConfig &) {}), std::string());
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.schedule.settings["warmup"] = std::int64_t{300}; }), std::string("schedule.warmup"));
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.schedule.settings["warmup"] = std::int64_t{299}; }), std::string());
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.schedule = {"reduce_on_plateau", {{"patience", std::int64_t{0}}}}; }), std::string("schedule.patience"));
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.stopping = {true, "loss", 0, 0}; }), std::string("early_stopping.patience"));
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.stopping = {true, "loss", 1, std::nan("")}; }), std::string("early_stopping.minimum_improvement"));
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.length = {LengthUnit::Steps, 0, 1}; }), std::string("length.steps"));
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.length = {LengthUnit::Minutes, 1, HUGE_VAL}; }), std::string("length.minutes"));
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.recomputeMiB = -1; }), std::string("recompute_mib"));
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.recomputeMiB = std::int64_t{1} << 62; }), std::string("recompute_mib"));
        QCOMPARE(nodeOf([](TrainingConfig &c) { c.evaluation.every = 0; }), std::string("evaluation.every"));
        QCOMPARE(nodeOf([](TrainingConfig &c) {
            c.length = {LengthUnit::Minutes, 1, 1};
            c.schedule.type = "cosine";
        }), std::string("schedule.type"));
        QCOMPARE(nodeOf([](TrainingConfig &c) {
            c.length = {LengthUnit::Minutes, 1, 1};
            c.schedule = {"cosine", {{"cycle_epochs", std::int64_t{5}}}};
        }), std::string());
    }

    void absentKeysKeepTheirDefaults()
    {
        QVERIFY(trainingFromJson(nlohmann::ordered_json::object()).value() == TrainingConfig());
    }

    // Files of before there were more optimizers read as they did, and saving them writes the same.
    void theOldKeysAreAlwaysWrittenAndTheOthersWhereTheySaySomething()
    {
        const auto keys = [](const TrainingConfig &config) {
            std::vector<std::string> names;
            const nlohmann::ordered_json json = trainingToJson(config).at("optimizer");
            for (const auto &[key, value] : json.items())
                names.push_back(key);
            return names;
        };
        const std::vector<std::string> old{"type", "learning_rate", "momentum", "nesterov", "beta1", "beta2", "epsilon", "weight_decay", "clip_norm", "clip_value"};
        TrainingConfig config;
        QCOMPARE(keys(config), old);
        QVERIFY(!trainingToJson(config).contains("accumulation_steps") && !trainingToJson(config).contains("ema_decay"));
        config.optimizer.type = "lion";
        QCOMPARE(keys(config), old);
        config.optimizer.set("lion_beta2", 0.5);
        config.optimizer.decayMatricesOnly = true;
        auto more = old;
        more.insert(more.end(), {"decay_matrices_only", "lion_beta2"});
        QCOMPARE(keys(config), more);
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
        QTest::newRow("half an iteration") << R"({"optimizer": {"muon_iterations": 2.5}})" << "\"muon_iterations\"";
        QTest::newRow("half a batch") << R"({"accumulation_steps": 2.5})" << "\"accumulation_steps\"";
        QTest::newRow("list for an object") << R"({"optimizer": [1]})" << "\"optimizer\"";
        QTest::newRow("not an object") << R"([])" << "\"training\"";
        QTest::newRow("larger than 64 bits") << R"({"epochs": 1e30})" << "\"epochs\"";
        QTest::newRow("no precision") << R"({"precision": "float31"})" << "\"precision\"";
        QTest::newRow("more threads than an int holds") << R"({"threads": 4294967297})" << "\"threads\"";
        QTest::newRow("no schedule") << R"({"schedule": {"type": "triangular"}})" << "\"triangular\"";
        QTest::newRow("text for a schedule's number") << R"({"schedule": {"type": "step", "every": "x"}})" << "\"every\"";
        QTest::newRow("a unit of length there is not") << R"({"length": {"unit": "weeks"}})" << "\"weeks\"";
        QTest::newRow("a number for a length") << R"({"length": 3})" << "\"length\"";
        QTest::newRow("half an evaluation") << R"({"evaluation": {"every": 0.5}})" << "\"every\"";
        QTest::newRow("evaluations in minutes") << R"({"evaluation": {"unit": "minutes"}})" << "\"minutes\"";
        QTest::newRow("text for patience") << R"({"early_stopping": {"patience": "long"}})" << "\"patience\"";
        QTest::newRow("yes for what is kept") << R"({"keep_best": true})" << "\"keep_best\"";
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
        for (const std::int64_t batches : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{4}, std::int64_t{10'001}})  // 3 of 32 rows fit into 100
            QVERIFY(refused([=](TrainingConfig &config) { config.accumulationSteps = batches; }));
        for (const double decay : {-0.1, 1.0, std::nan("")})
            QVERIFY(refused([=](TrainingConfig &config) { config.emaDecay = decay; }));
        QVERIFY(refused([](TrainingConfig &config) { config.threads = -1; }));
        QVERIFY(refused([](TrainingConfig &config) { config.threads = 1025; }));
        QVERIFY(refused([](TrainingConfig &config) { config.checkpointEveryEpochs = -1; }));
        QVERIFY(refused([](TrainingConfig &config) { config.memoryLimitMiB = -1; }));
        QVERIFY(refused([](TrainingConfig &config) { config.reserveMemory = true; }));  // how much?
        QVERIFY(refused([](TrainingConfig &config) { config.optimizer.type = "magic"; }));
        QVERIFY(refused([](TrainingConfig &config) { config.optimizer.learningRate = 0; }));
        QVERIFY(refused([](TrainingConfig &config) { config.optimizer.clipNorm = -1; }));
    }
};

QTEST_GUILESS_MAIN(TestTrainingConfig)
#include "tst_training_config.moc"
