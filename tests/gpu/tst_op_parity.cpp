// Every op on the GPU against the CPU backend: all cases of the table with fresh random inputs, in every type the op
// takes, with its input kept and in place, started singly and replayed as a graph.
#include <QtTest>

#include <map>
#include <set>

#include "tests/engine/backends/error_norms.h"
#include "tests/engine/backends/low_precision_cases.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

struct ParityCase {
    OpCase one;
    DType dtype = DType::F32;
};

std::vector<ParityCase> allCases()
{
    std::vector<ParityCase> cases;
    for (const OpCase &one : allOpCases(testSeed())) {
        cases.push_back({one, DType::F32});
        for (const DType low : {DType::BF16, DType::F16})
            if (auto lowered = inLowPrecision(one, low))
                cases.push_back({std::move(*lowered), low});
    }
    return cases;
}

void writeInputs(DeviceRun &run, const OneOp &made, const OpCase &one)
{
    for (std::size_t i = 0; i < one.inputs.size(); ++i)
        if (made.inputs[i] != kNoValue)
            run.write(made.inputs[i], one.inputs[i]);
}

std::vector<Tensor64> readResults(DeviceRun &run, const OneOp &made)
{
    std::vector<Tensor64> results;
    for (const ValueId id : made.results)
        results.push_back(run.read(id));
    return results;
}

// Casts have 16-bit values in their cases themselves.
DType toleranceType(const ParityCase &parity, const Tensor64 &wanted)
{
    return parity.dtype == DType::F32 && isLowPrecision(wanted.type.dtype) ? wanted.type.dtype : parity.dtype;
}

}  // namespace

class TestOpParity : public QObject {
    Q_OBJECT

    std::vector<ParityCase> m_cases = allCases();
    std::map<std::pair<std::string, DType>, ErrorNorms> m_worst;

    std::vector<Tensor64> onTheCpu(const OpCase &one)
    {
        auto made = oneOp(one, Role::Data);
        if (!made)
            throw std::runtime_error(made.error().message);
        CpuRun run(made->program);
        writeInputs(run, *made, one);
        run.run(one.scalars);
        return readResults(run, *made);
    }

    void compare(const ParityCase &parity, Role role, const std::vector<Tensor64> &wanted)
    {
        const OpCase &one = parity.one;
        auto made = oneLowOp(one, role, parity.dtype);
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        DeviceRun run(made->program, *gpuDevice().backend, {});
        std::vector<Tensor64> first;
        // The first step starts its kernels one by one, the ones after it are replayed from a graph.
        for (int turn = 0; turn < 3; ++turn) {
            run.poison();
            writeInputs(run, *made, one);
            run.run(one.scalars);
            const std::vector<Tensor64> got = readResults(run, *made);
            if (turn > 0) {
                for (std::size_t k = 0; k < got.size(); ++k)
                    QVERIFY2(std::memcmp(got[k].data.data(), first[k].data.data(), got[k].size() * sizeof(double)) == 0,
                             qPrintable(QString("result %1 has other bits in step %2").arg(k).arg(turn + 1)));
                continue;
            }
            first = got;
            for (std::size_t k = 0; k < got.size(); ++k)
                check(parity, role, k, got[k], wanted[k]);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void check(const ParityCase &parity, Role role, std::size_t k, const Tensor64 &got, const Tensor64 &wanted)
    {
        const DType dtype = toleranceType(parity, wanted);
        // What an activation lets through of a large negative number is a small difference of larger ones.
        const double floor = std::holds_alternative<ActivationAttributes>(parity.one.attributes) ? 0.05 : 1e-6;
        const ErrorNorms norms = errorNorms(got, wanted, floor), allowed = allowedNorms(dtype);
        m_worst[{opSpec(parity.one.kind).name, dtype}].include(norms);
        if (within(norms, allowed))
            return;
        QString text;
        std::size_t shown = 0;
        for (std::size_t i = 0; i < got.size() && shown < 6; ++i)
            if (shown == 0 || std::abs(got[i] - wanted[i]) > 0.3 * allowed.largest || std::isnan(got[i])) {
                text += QString(" [%1] %2/%3").arg(i).arg(got[i]).arg(wanted[i]);
                ++shown;
            }
        QFAIL(qPrintable(QString("%1, result %2, in place: %3: L2 %4 (allowed %5), largest %6 (allowed %7); got/wanted:%8")
                             .arg(parity.one.name.c_str()).arg(k).arg(role == Role::Activation).arg(norms.l2).arg(allowed.l2)
                             .arg(norms.largest).arg(allowed.largest).arg(text)));
    }

private slots:
    void initTestCase() { TRAINYARD_NEEDS_GPU(); }

    void everyOpHasCases()
    {
        std::set<OpKind> covered;
        for (const ParityCase &parity : m_cases)
            covered.insert(parity.one.kind);
        for (int kind = 0; kind < kOpKindCount; ++kind)
            QVERIFY2(covered.contains(static_cast<OpKind>(kind)),
                     qPrintable(QString("%1 has no case in op_case_table.cpp").arg(opSpec(static_cast<OpKind>(kind)).name)));
    }

    void theGpuComputesWhatTheCpuComputes_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow(m_cases[i].one.name.c_str()) << static_cast<int>(i);
    }

    void theGpuComputesWhatTheCpuComputes()
    {
        QFETCH(int, index);
        const ParityCase &parity = m_cases[static_cast<std::size_t>(index)];
        const std::vector<Tensor64> wanted = onTheCpu(parity.dtype == DType::F32 ? parity.one : asFloat32(parity.one));
        compare(parity, Role::Data, wanted);
        if (!QTest::currentTestFailed() && !parity.one.emitter)  // several ops: their inputs must outlive the first one
            compare(parity, Role::Activation, wanted);
    }

    // What a step reads of its scalars comes from the device's memory: a replayed graph must see the new ones.
    void aReplayedStepReadsTheScalarsOfItsOwnStep()
    {
        OpCase one{OpKind::Dropout, "scalars", DropoutAttributes{0.5f, 3}, {randomTensor({64, 33}, testSeed(), 1, 2)}, {}, scalarsFor(64), {}, {}};
        const auto made = oneOp(one, Role::Data);
        DeviceRun run(made->program, *gpuDevice().backend, {});
        run.write(made->inputs[0], one.inputs[0]);
        for (const std::uint64_t step : {0ull, 1ull, 2ull, 3ull, 4000000000ull}) {
            for (const std::uint64_t seed : {1ull, 0xFEDCBA9876543210ull}) {
                one.scalars.step = step;
                one.scalars.seed = seed;
                run.run(one.scalars);
                const Tensor64 wanted = onTheCpu(one)[0];
                QCOMPARE(run.read(made->results[0]).data, wanted.data);
            }
        }
    }

    void cleanupTestCase()
    {
        for (const auto &[key, norms] : m_worst)
            qInfo("%-32s %-5s L2 %.2e  largest %.2e", key.first.c_str(), dtypeName(key.second), norms.l2, norms.largest);
    }
};

QTEST_GUILESS_MAIN(TestOpParity)
#include "tst_op_parity.moc"
