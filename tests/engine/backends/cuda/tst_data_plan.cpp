// Where the data set of a run lies, from sizes alone.
#include <QtTest>

#include "engine/backends/cuda/data_plan.h"

using namespace trainyard;
using namespace trainyard::cuda;

namespace {

// Gathers [rows, 10] bytes and [rows] classes with one scale, in batches.
Program gathering(std::int64_t rows, std::int64_t batch, const std::string &features = "dataset/features")
{
    Program program;
    program.batchSize = batch;
    OpBuilder builder(program.list);
    program.indices = builder.addValue({DType::I32, Shape{batch}}, Role::Data, "batch/indices");
    program.features = builder.addValue({DType::U8, Shape{rows, 10}}, Role::Dataset, features);
    program.featureOffset = builder.addValue({DType::F32, Shape{1}}, Role::Dataset, "dataset/feature_offset");
    program.featureScale = builder.addValue({DType::F32, Shape{1}}, Role::Dataset, "dataset/feature_scale");
    program.targets = builder.addValue({DType::I32, Shape{rows}}, Role::Dataset, "dataset/targets");
    if (!builder.addOne(OpKind::GatherRows, NoAttributes{}, {program.features, program.indices, program.featureOffset, program.featureScale})
        || !builder.addOne(OpKind::GatherRows, NoAttributes{}, {program.targets, program.indices, kNoValue, kNoValue}))
        qFatal("gather_rows refused");
    return program;
}

std::vector<const Program *> pointers(const std::vector<Program> &programs)
{
    std::vector<const Program *> list;
    for (const Program &program : programs)
        list.push_back(&program);
    return list;
}

constexpr std::uint64_t kSmall = 256;  // one scale, on the arena's boundaries

}  // namespace

class TestDataPlan : public QObject {
    Q_OBJECT

private slots:
    void programsShareWhatTheyNameAlike()
    {
        const std::vector<Program> programs{gathering(1024, 16), gathering(1024, 16)};
        const DataPlan plan = planData(pointers(programs), DataPlacement::Resident);
        QCOMPARE(plan.parts.size(), std::size_t{4});
        for (const DataPart &part : plan.parts)
            QCOMPARE(part.users.size(), std::size_t{2});
        QCOMPARE(plan.bytes, std::uint64_t{1024 * 10 + 1024 * 4} + 2 * kSmall);
    }

    void samplesThatTheHostWritesHinderNoStreaming()
    {
        std::vector<Program> programs{gathering(1024, 16), gathering(16, 16)};
        QVERIFY(!canStream(pointers(programs)));  // one batch of sixteen rows is nothing to stream
        Program own;
        own.batchSize = 16;
        OpBuilder builder(own.list);
        own.indices = builder.addValue({DType::I32, Shape{16}}, Role::Data, "batch/indices");
        own.features = builder.addValue({DType::U8, Shape{16, 10}}, Role::Data, "batch/samples");
        QVERIFY(builder.addOne(OpKind::GatherRows, NoAttributes{}, {own.features, own.indices, kNoValue, kNoValue}));
        programs[1] = own;
        QVERIFY(canStream(pointers(programs)));
        QCOMPARE(planData(pointers(programs), DataPlacement::Streamed).parts.size(), std::size_t{4});
        programs.erase(programs.begin());
        QVERIFY(!canStream(pointers(programs)));
    }

    void otherNamesTypesAndNamelessValuesAreKeptApart()
    {
        std::vector<Program> programs{gathering(1024, 16), gathering(1024, 16, "other"), gathering(512, 16)};
        QCOMPARE(planData(pointers(programs), DataPlacement::Resident).parts.size(), std::size_t{4 + 1 + 2});
        programs = {gathering(1024, 16, ""), gathering(1024, 16, "")};
        QCOMPARE(planData(pointers(programs), DataPlacement::Resident).parts.size(), std::size_t{5});
    }

    void partsDoNotOverlap()
    {
        const std::vector<Program> programs{gathering(1001, 7)};
        for (const DataPlacement placement : {DataPlacement::Resident, DataPlacement::Streamed}) {
            const DataPlan plan = planData(pointers(programs), placement);
            std::uint64_t end = 0;
            for (const DataPart &part : plan.parts) {
                QVERIFY(part.offset >= end);
                QCOMPARE(part.offset % kArenaAlignment, std::uint64_t{0});
                end = part.offset + part.bytes;
            }
            QVERIFY(end <= plan.bytes);
        }
    }

    void stagesHoldTwoOfTheLargestBatch()
    {
        const std::vector<Program> programs{gathering(100000, 64), gathering(100000, 100)};
        const DataPlan plan = planData(pointers(programs), DataPlacement::Streamed);
        QCOMPARE(plan.stageRows, std::int64_t{100});
        for (const DataPart &part : plan.parts)
            QCOMPARE(part.bytes, part.gathered ? 2 * 100 * part.rowBytes : std::uint64_t{4});
    }

    void whatFitsIsResidentToTheByte()
    {
        const std::vector<Program> programs{gathering(100000, 64)};
        const auto list = pointers(programs);
        const std::uint64_t whole = planData(list, DataPlacement::Resident).bytes, arena = 5000;
        QCOMPARE(chooseData(list, arena, arena + whole).placement, DataPlacement::Resident);
        QCOMPARE(chooseData(list, arena, arena + whole - 1).placement, DataPlacement::Streamed);
        QVERIFY(chooseData(list, arena, 0).bytes < whole);
    }

    void whatIsSmallerThanItsStagesIsNotStreamed()
    {
        const std::vector<Program> small{gathering(127, 64)}, enough{gathering(128, 64)};
        QVERIFY(!canStream(pointers(small)));
        QVERIFY(canStream(pointers(enough)));
        QCOMPARE(chooseData(pointers(small), 0, 0).placement, DataPlacement::Resident);
    }

    void aGatherByOtherRowsIsNotStreamed()
    {
        std::vector<Program> programs{gathering(1024, 16)};
        programs[0].indices = kNoValue;
        QVERIFY(!canStream(pointers(programs)));
        programs = {Program{}};
        QVERIFY(!canStream(pointers(programs)));
    }
};

QTEST_GUILESS_MAIN(TestDataPlan)
#include "tst_data_plan.moc"
