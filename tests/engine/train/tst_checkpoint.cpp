#include <QTemporaryDir>
#include <QtTest>

#include <bit>
#include <cmath>
#include <fstream>
#include <limits>

#include "engine/base/file.h"
#include "engine/train/checkpoint.h"

using namespace trainyard;

class TestCheckpoint : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path file() const { return m_folder.filePath("c.safetensors").toStdString(); }

    static Checkpoint sample()
    {
        Checkpoint checkpoint;
        checkpoint.tensors.tensors = {{"conv1/weights", HostTensor({DType::F32, Shape{2, 3}})}};
        checkpoint.tensors.tensors[0].tensor.as<float>()[4] = -0.1f;
        checkpoint.seed = std::numeric_limits<std::uint64_t>::max();
        checkpoint.step = 123;
        checkpoint.epoch = 4;
        checkpoint.stepInEpoch = 5;
        checkpoint.learningRate = 0.1;
        checkpoint.threads = 2;
        checkpoint.instructionSet = "avx2";
        checkpoint.kernelChoices = {{"conv2d 8x8x1", "engine 62: 2=4"}, {"dense", "algo 1 \"quoted\""}};
        checkpoint.library = "oneDNN 2.6.3";
        checkpoint.secondsTrained = 12.75;
        checkpoint.judge = {1.0 / 3.0, 41, 0.1, 3};
        checkpoint.rate = LearningRateState{0.0125, 1.0 / 7.0, {0.01, 2.0 / 3.0, 4, 1}};
        checkpoint.metricSums = {0.1, -0.0, 1e-310, 5e300};
        return checkpoint;
    }

private slots:
    void everythingComesBackToTheBit()
    {
        const Checkpoint written = sample();
        QVERIFY(writeCheckpoint(file(), written));
        const auto read = readCheckpoint(file());
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(read->tensors.tensors[0].tensor.data, written.tensors.tensors[0].tensor.data);
        QCOMPARE(read->seed, written.seed);
        QCOMPARE(read->step, written.step);
        QCOMPARE(read->epoch, written.epoch);
        QCOMPARE(read->stepInEpoch, written.stepInEpoch);
        QCOMPARE(read->learningRate, written.learningRate);
        QCOMPARE(read->threads, written.threads);
        QCOMPARE(read->instructionSet, written.instructionSet);
        QCOMPARE(read->kernelChoices, written.kernelChoices);
        QCOMPARE(read->library, written.library);
        QCOMPARE(read->secondsTrained, written.secondsTrained);
        QVERIFY(read->judge == written.judge);
        QVERIFY(read->rate == written.rate);
        QCOMPARE(read->metricSums, written.metricSums);
        QVERIFY(std::signbit(read->metricSums[1]));
        QVERIFY(read->tensors.metadata.empty());
    }

    void sumsThatAreNotNumbersComeBackToo()
    {
        Checkpoint written = sample();
        written.metricSums = {std::nan(""), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
        written.judge = {};
        written.rate->byHand.reset();
        QVERIFY(writeCheckpoint(file(), written));
        const auto read = readCheckpoint(file());
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        for (std::size_t i = 0; i < 3; ++i)
            QCOMPARE(std::bit_cast<std::uint64_t>(read->metricSums[i]), std::bit_cast<std::uint64_t>(written.metricSums[i]));
        QVERIFY(!read->judge.best && !read->judge.toImprove && !read->rate->byHand);
    }

    // Written before there were schedules: the best metric alone, and the learning rate as it was.
    void anOlderCheckpointIsRead()
    {
        SafetensorsFile tensors = sample().tensors;
        tensors.metadata = {{"format", "trainyard-checkpoint-1"},
                            {"trainyard", R"({"seed":1,"step":2,"epoch":0,"step_in_epoch":2,"learning_rate":0.5,"threads":1,"instruction_set":"",)"
                                          R"("library":"","metric_sum_bits":[],"best_metric":0.75})"}};
        QVERIFY(writeSafetensors(file(), tensors));
        const auto read = readCheckpoint(file());
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(read->judge.best, std::optional(0.75));
        QCOMPARE(read->learningRate, 0.5);
        QVERIFY(!read->rate);
    }

    void weightsOfAnotherProgramAreNotACheckpoint()
    {
        QVERIFY(writeSafetensors(file(), sample().tensors));
        const auto read = readCheckpoint(file());
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::InvalidFile);
        QVERIFY(read.error().message.find("not a checkpoint") != std::string::npos);
    }

    void damagedCountersAreRefused()
    {
        for (const char *state : {"", "{}", "[1]", "null", "{\"seed\":-1}", "{\"seed\":1,\"step\":\"x\"}", "{\"seed\":1"}) {
            SafetensorsFile tensors = sample().tensors;
            tensors.metadata = {{"format", "trainyard-checkpoint-1"}, {"trainyard", state}};
            QVERIFY(writeSafetensors(file(), tensors));
            const auto read = readCheckpoint(file());
            QVERIFY2(!read, state);
            QVERIFY2(read.error().message.find("damaged") != std::string::npos, read.error().message.c_str());
        }
        Checkpoint negative = sample();
        negative.step = -1;
        QVERIFY(writeCheckpoint(file(), negative));
        QVERIFY(readCheckpoint(file()).error().message.find("negative") != std::string::npos);
    }

    void aFileCutShortAnywhereIsRefused()
    {
        QVERIFY(writeCheckpoint(file(), sample()));
        const std::string whole = readFile(file()).value();
        for (std::size_t length = 0; length < whole.size(); ++length) {
            std::ofstream(file(), std::ios::binary | std::ios::trunc) << whole.substr(0, length);
            QVERIFY(!readCheckpoint(file()));
        }
    }

    void aMissingFileIsNotFound()
    {
        QCOMPARE(readCheckpoint(m_folder.filePath("none").toStdString()).error().code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestCheckpoint)
#include "tst_checkpoint.moc"
