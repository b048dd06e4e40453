#include <QtTest>

#include "engine/tensor/tensor.h"

using namespace trainyard;

class TestTensor : public QObject {
    Q_OBJECT

private slots:
    void aShapeCountsItsElements()
    {
        QCOMPARE(Shape{}.elements(), std::int64_t{1});
        QCOMPARE((Shape{8, 8, 16}.elements()), std::int64_t{1024});
        QCOMPARE((Shape{8, 0}.elements()), std::int64_t{0});
        QCOMPARE((Shape{1 << 20, 1 << 20}.elements()), std::int64_t{1} << 40);
    }

    void theBatchComesFirstAndGoesAgain()
    {
        const Shape sample{8, 8, 1};
        QVERIFY(sample.withBatch(32) == (Shape{32, 8, 8, 1}));
        QVERIFY(sample.withBatch(32).withoutBatch() == sample);
        QVERIFY(Shape{}.withBatch(5) == Shape{5});
        QVERIFY(Shape{5}.withoutBatch() == Shape{});
    }

    void aShapeIsWrittenAsPeopleWriteIt()
    {
        QCOMPARE((Shape{8, 8, 16}.text()), std::string("8x8x16"));
        QCOMPARE(Shape{64}.text(), std::string("64"));
        QCOMPARE(Shape{}.text(), std::string("scalar"));
    }

    void everyTypeHasItsSizeAndName()
    {
        const std::vector<std::tuple<DType, std::size_t, std::string>> types{
            {DType::F32, 4, "F32"}, {DType::F64, 8, "F64"}, {DType::I32, 4, "I32"}, {DType::I64, 8, "I64"}, {DType::U8, 1, "U8"},
            {DType::BF16, 2, "BF16"}, {DType::F16, 2, "F16"}};
        for (const auto &[type, bytes, name] : types) {
            QCOMPARE(dtypeBytes(type), bytes);
            QCOMPARE(std::string(dtypeName(type)), name);
            QCOMPARE((TensorType{type, Shape{3, 5}}.bytes()), 15 * bytes);
        }
    }

    void aTensorStartsAtZeroAndIsSeenAsItsType()
    {
        HostTensor tensor({DType::F32, Shape{2, 3}});
        QCOMPARE(tensor.as<float>().size(), std::size_t{6});
        for (const float value : tensor.as<float>())
            QCOMPARE(value, 0.0f);
        tensor.as<float>()[5] = 1.5f;
        QCOMPARE(std::as_const(tensor).as<float>()[5], 1.5f);
    }
};

QTEST_GUILESS_MAIN(TestTensor)
#include "tst_tensor.moc"
