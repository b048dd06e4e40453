// Training on images that are shifted and mirrored at random.
#include <QtTest>

#include "engine/train/model.h"
#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;

class TestAugmentation : public QObject {
    Q_OBJECT

    // Images with one bright column, which is what their class is.
    static Result<Dataset> brightColumns(const AugmentConfig &augment)
    {
        constexpr std::int64_t kRows = 240;
        HostTensor features({DType::U8, Shape{kRows, 6, 6, 1}}), targets({DType::I32, Shape{kRows}});
        PhiloxSequence random(7, RandomStream::Initialize, 1);
        for (std::int64_t row = 0; row < kRows; ++row) {
            targets.as<std::int32_t>()[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(row % 3);
            for (std::int64_t i = 0; i < 36; ++i)
                features.as<std::uint8_t>()[static_cast<std::size_t>(row * 36 + i)] =
                    static_cast<std::uint8_t>(i % 6 == row % 3 ? 200 + random.below(56) : random.below(60));
        }
        DataConfig data;
        data.augment = augment;
        return makeDataset(std::move(features), std::move(targets), data);
    }

    static TrainJob imageJob(const AugmentConfig &augment)
    {
        using List = std::vector<std::int64_t>;
        TrainJob job = smallJob();
        job.graph = std::make_shared<const Graph>(chainOf({{"input", {{"shape", List{6, 6, 1}}}},
                                                           {"conv2d", {{"filters", std::int64_t{4}}}},
                                                           {"relu", {}},
                                                           {"flatten", {}},
                                                           {"dense", {{"units", std::int64_t{3}}}},
                                                           {"softmax_cross_entropy", {}}}));
        job.loadData = [augment] { return brightColumns(augment); };
        return job;
    }

private slots:
    void theDataSetsAugmentationReachesTheTrainingProgramAlone()
    {
        const Dataset dataset = brightColumns({true, 2}).value();
        const auto model = Model::create(*imageJob({}).graph, dataset, smallConfig(), {1, {}});
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const auto programs = buildTrainingPrograms(*imageJob({}).graph, dataTypesOf(dataset), smallConfig(), model->device()).value();
        int moved = 0;
        for (const Program &program : programs)
            for (const Op &op : program.list.ops)
                if (const auto *attributes = std::get_if<GatherAttributes>(&op.attributes)) {
                    QCOMPARE(program.mode, Mode::Train);
                    QCOMPARE(op.inputs[0], program.features);
                    QVERIFY((*attributes == GatherAttributes{true, 2, 0}));
                    ++moved;
                }
        QCOMPARE(moved, 1);
    }

    void whatIsLearnedFromChanges()
    {
        Listener plain, again, flipped, shifted;
        QCOMPARE(plain.run(imageJob({})).state, TrainState::Finished);
        again.run(imageJob({}));
        flipped.run(imageJob({true, 0}));
        QCOMPARE(shifted.run(imageJob({false, 1})).state, TrainState::Finished);
        const auto loss = plain.series("train/loss");
        QVERIFY(!loss.empty());
        QCOMPARE(again.series("train/loss"), loss);
        QVERIFY(flipped.series("train/loss") != loss);
        QVERIFY(shifted.series("train/loss") != loss);
        QVERIFY(flipped.series("train/loss") != shifted.series("train/loss"));
    }

    // So small a learning rate leaves the weights as they are: then only what is fed in can change a number.
    void whatIsMeasuredDoesNotChange()
    {
        Listener plain, moved;
        const auto still = [](TrainJob job) {
            job.config.optimizer.type = "sgd";
            job.config.optimizer.learningRate = 1e-30;
            return job;
        };
        QCOMPARE(plain.run(still(imageJob({}))).state, TrainState::Finished);
        QCOMPARE(moved.run(still(imageJob({true, 2}))).state, TrainState::Finished);
        QVERIFY(plain.series("train/loss") != moved.series("train/loss"));
        QVERIFY(!plain.series("validation/loss").empty());
        for (const char *name : {"validation/loss", "validation/accuracy", "test/loss", "test/accuracy"})
            QCOMPARE(moved.series(name), plain.series(name));
    }

    void aResumedRunSeesTheSameImages_data()
    {
        QTest::addColumn<int>("stopAt");
        for (const int stopAt : {1, 16, 22, 43})
            QTest::addRow("step %d", stopAt) << stopAt;
    }

    void aResumedRunSeesTheSameImages()
    {
        QFETCH(int, stopAt);
        const TrainJob job = imageJob({true, 2});
        Listener whole, before, after;
        QCOMPARE(whole.run(job).state, TrainState::Finished);
        QCOMPARE(runTo(stopAt, job, before).step, stopAt);
        TrainJob resumed = job;
        resumed.loadCheckpoint = [checkpoint = before.lastCheckpoint()] { return Result<Checkpoint>(*checkpoint); };
        resumed.segment = 1;
        QCOMPARE(after.run(std::move(resumed)).state, TrainState::Finished);
        QCOMPARE(firstDifference(*whole.lastCheckpoint(), *after.lastCheckpoint()), std::string());
        for (const char *name : {"train/loss", "validation/loss", "test/accuracy"}) {
            auto joined = before.series(name);
            const auto rest = after.series(name);
            joined.insert(joined.end(), rest.begin(), rest.end());
            QCOMPARE(joined, whole.series(name));
        }
    }
};

QTEST_GUILESS_MAIN(TestAugmentation)
#include "tst_augmentation.moc"
