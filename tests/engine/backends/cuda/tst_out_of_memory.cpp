// What people read when a run does not fit.
#include <QtTest>

#include "engine/backends/cuda/out_of_memory.h"

using namespace trainyard;
using namespace trainyard::cuda;

namespace {

struct Planned {
    Program program;
    MemoryPlan plan;
};

// Three layers in a row, of 1, 2 and 4 MB; the middle one's memory is free again when the last one works.
Planned planned()
{
    Planned made;
    OpList &list = made.program.list;
    made.program.layerNames = {"small", "middle", "large"};
    for (std::int32_t layer = 0; layer < 3; ++layer)
        list.values.push_back({{DType::F32, Shape{250000ll << layer}}, Role::Activation, {}, layer});
    list.values.push_back({{DType::F32, Shape{100000}}, Role::Parameter, "small/weights", 0, true});
    list.values.push_back({{DType::F32, Shape{10}}, Role::Activation, {}, 2});
    list.ops.push_back({OpKind::Softmax, NoAttributes{}, {3}, {0}, {}, 0});
    list.ops.push_back({OpKind::Softmax, NoAttributes{}, {0}, {1}, {}, 1});
    list.ops.push_back({OpKind::Softmax, NoAttributes{}, {1}, {2}, {}, 2});
    list.ops.push_back({OpKind::Softmax, NoAttributes{}, {2}, {4}, {}, 2});
    StorageNeeds needs;
    for (const Value &value : list.values)
        needs.valueBytes.push_back(value.type.bytes());
    needs.scratchBytes = {0, 0, 50000, 0};
    const Program *only = &made.program;
    made.plan = planMemory(std::span(&only, 1), std::span(&needs, 1)).front();
    return made;
}

bool contains(const Error &error, const char *text)
{
    return error.message.find(text) != std::string::npos;
}

}  // namespace

class TestOutOfMemory : public QObject {
    Q_OBJECT

private slots:
    void askedFreeAndTheLargestAreSaid()
    {
        const Planned made = planned();
        const Error error = outOfMemory({"NVIDIA H200", 7'000'000, 2'000'000, 5'000'000, 0}, made.program, made.plan);
        QCOMPARE(error.code, ErrorCode::OutOfMemory);
        for (const char *text : {"needs 9.00 MB", "NVIDIA H200", "7.00 MB for the network", "2.00 MB for the data", "5.00 MB are free",
                                 "large (4.05 MB), middle (2.00 MB) and small (400 kB)", "activations of large 1000000 (4.00 MB)",
                                 "small/weights 100000 (400 kB)"})
            QVERIFY2(contains(error, text), error.message.c_str());
        QVERIFY(!contains(error, "limit"));
    }

    void whoIsGoneAtTheFullestMomentIsNotCounted()
    {
        const Planned made = planned();
        const FullestMoment moment = fullestMoment(made.program, made.plan);
        QCOMPARE(moment.op, std::size_t{2});
        std::uint64_t layers = 0, tensors = 0;
        for (const MemoryHolder &layer : moment.layers)
            layers += layer.bytes;
        for (const MemoryHolder &tensor : moment.tensors)
            tensors += tensor.bytes;
        QCOMPARE(tensors, std::uint64_t{2'000'000 + 4'000'000 + 400'000 + 50'000});
        QCOMPARE(layers, tensors);
        QCOMPARE(moment.tensors.back().name, std::string("workspace of softmax in large"));
    }

    void thePersonsOwnLimitIsSaidInstead()
    {
        const Planned made = planned();
        const Error error = outOfMemory({"NVIDIA H200", 7'000'000, 0, 90'000'000, 6'000'000}, made.program, made.plan);
        QVERIFY2(contains(error, "the limit is 6.00 MB"), error.message.c_str());
        QVERIFY2(!contains(error, "free"), error.message.c_str());
        // Within the limit it is the card that is full.
        const Error full = outOfMemory({"NVIDIA H200", 7'000'000, 0, 1'000'000, 8'000'000}, made.program, made.plan);
        QVERIFY2(contains(full, "1.00 MB are free") && !contains(full, "limit"), full.message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestOutOfMemory)
#include "tst_out_of_memory.moc"
