// What of a product is decided before a device is there.
#include <QtTest>

#include <set>

#include "engine/backends/cuda/matmul_problem.h"

using namespace trainyard;
using namespace trainyard::cuda;

class TestMatmulProblem : public QObject {
    Q_OBJECT

private slots:
    void theWorkspaceFollowsFromTheResultAlone()
    {
        constexpr std::uint64_t kMiB = 1 << 20;
        QCOMPARE(matmulWorkspaceBytes({.rows = 1, .columns = 1, .inner = 1 << 20}), kMiB);
        QCOMPARE(matmulWorkspaceBytes({.rows = 128, .columns = 512, .inner = 784}), std::uint64_t{8} * 128 * 512 * 4);
        QCOMPARE(matmulWorkspaceBytes({.rows = 128, .columns = 512, .inner = 3}), matmulWorkspaceBytes({.rows = 128, .columns = 512, .inner = 4000}));
        QCOMPARE(matmulWorkspaceBytes({.rows = 128, .columns = 256, .inner = 3, .batch = 2}), std::uint64_t{8} * 2 * 128 * 256 * 4);
        QCOMPARE(matmulWorkspaceBytes({.rows = 65536, .columns = 65536, .inner = 16}), 32 * kMiB);
    }

    void productsThatDifferHaveSignaturesThatDiffer()
    {
        DeviceProperties device, other;
        device.name = "A";
        other.name = "B";
        device.computeMajor = other.computeMajor = 9;
        const Matmul product{.rows = 5, .columns = 6, .inner = 7};
        std::vector<Matmul> variants(11, product);
        variants[1].rows = 6;
        variants[2].columns = 7;
        variants[3].inner = 8;
        variants[4].leftTransposed = true;
        variants[5].rightTransposed = true;
        variants[6].factors = DType::BF16;
        variants[7].factors = variants[7].result = DType::BF16;
        variants[8].epilogue = MatmulEpilogue::Bias;
        variants[9].tf32 = true;
        variants[10].batch = 2;
        std::set<std::string> signatures{matmulSignature(product, other, 1), matmulSignature(product, device, 2)};
        for (const Matmul &variant : variants)
            signatures.insert(matmulSignature(variant, device, 1));
        QCOMPARE(signatures.size(), variants.size() + 2);
        std::set<std::string> epilogues;
        for (const MatmulEpilogue epilogue :
             {MatmulEpilogue::None, MatmulEpilogue::Bias, MatmulEpilogue::Relu, MatmulEpilogue::BiasRelu, MatmulEpilogue::SumRight}) {
            variants[0].epilogue = epilogue;
            epilogues.insert(matmulText(variants[0]));
        }
        QCOMPARE(epilogues.size(), std::size_t{5});
    }

    void typesWithoutAProductAreRefused()
    {
        QVERIFY(checkMatmul({.factors = DType::F32, .result = DType::F32}));
        QVERIFY(checkMatmul({.factors = DType::BF16, .result = DType::BF16}));
        QVERIFY(checkMatmul({.factors = DType::F16, .result = DType::F32}));
        QVERIFY(!checkMatmul({.batch = std::int64_t{1} << 31, .factors = DType::F32, .result = DType::F32}));
        QVERIFY(!checkMatmul({.factors = DType::F32, .result = DType::BF16}));
        QVERIFY(!checkMatmul({.factors = DType::F16, .result = DType::BF16}));
        const auto refused = checkMatmul({.factors = DType::U8, .result = DType::F32});
        QVERIFY(!refused && refused.error().code == ErrorCode::Unsupported);
    }
};

QTEST_GUILESS_MAIN(TestMatmulProblem)
#include "tst_matmul_problem.moc"
