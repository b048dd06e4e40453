#include <QtTest>

#include <set>

#include "tests/engine/backends/op_case_table.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

// Float32 against float64; sums of up to a thousand products.
constexpr double kTolerance = 2e-5;

}  // namespace

class TestOps : public QObject {
    Q_OBJECT

    std::vector<OpCase> m_cases = OpCaseTable::all();

    void compare(const OpCase &one, Role role, int threads)
    {
        auto made = oneOp(one, role);
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        Values64 expected = reference::emptyValues(made->program.list);
        CpuRun run(made->program, threads);
        run.poison();
        for (std::size_t i = 0; i < one.inputs.size(); ++i) {
            if (made->inputs[i] == kNoValue)
                continue;
            expected[static_cast<std::size_t>(made->inputs[i])].data = one.inputs[i].data;
            run.write(made->inputs[i], one.inputs[i]);
        }
        reference::interpret(made->program.list, expected, one.scalars);
        run.run(one.scalars);
        for (const ValueId id : made->results) {
            const Tensor64 got = run.read(id);
            const double error = relativeError(got, expected[static_cast<std::size_t>(id)]);
            if (error > kTolerance) {
                QString text;
                for (std::size_t i = 0; i < std::min<std::size_t>(got.size(), 6); ++i)
                    text += QString(" %1/%2").arg(got[i]).arg(expected[static_cast<std::size_t>(id)][i]);
                QFAIL(qPrintable(QString("%1, value %2, %3 threads, in place: %4. Off by %5; first:%6")
                                     .arg(one.name.c_str()).arg(id).arg(threads).arg(role == Role::Activation).arg(error).arg(text)));
            }
        }
    }

private slots:
    void everyOpOfTheTableHasCases()
    {
        std::set<OpKind> covered;
        for (const OpCase &one : m_cases)
            covered.insert(one.kind);
        for (int kind = 0; kind < kOpKindCount; ++kind)
            QVERIFY2(covered.contains(static_cast<OpKind>(kind)),
                     qPrintable(QString("%1 has no case in op_case_table.h").arg(opSpec(static_cast<OpKind>(kind)).name)));
    }

    void everyOpGivesWhatTheNaiveReferenceGives_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow(m_cases[i].name.c_str()) << static_cast<int>(i);
    }

    void everyOpGivesWhatTheNaiveReferenceGives()
    {
        QFETCH(int, index);
        const OpCase &one = m_cases[static_cast<std::size_t>(index)];
        for (const int threads : {1, 2}) {
            compare(one, Role::Data, threads);
            if (!one.emitter)  // several ops: their inputs must outlive the first one
                compare(one, Role::Activation, threads);
        }
    }

    void droppedOutElementsComeAtTheRateAskedFor()
    {
        OpCase one{OpKind::Dropout, "rate", DropoutAttributes{0.3f, 4}, {randomTensor({100, 1000}, 1, 1, 2)}, {}, scalarsFor(100), {}, {}};
        const auto made = oneOp(one, Role::Data);
        CpuRun run(made->program);
        run.write(made->inputs[0], one.inputs[0]);
        run.run(one.scalars);
        const Tensor64 first = run.read(made->results[0]);
        const double zeros = static_cast<double>(std::count(first.data.begin(), first.data.end(), 0.0));
        QVERIFY(std::abs(zeros / 100000 - 0.3) < 0.01);
        one.scalars.step += 1;
        run.run(one.scalars);
        QVERIFY(run.read(made->results[0]).data != first.data);
        one.scalars.step -= 1;
        run.run(one.scalars);
        QVERIFY(run.read(made->results[0]).data == first.data);
    }

    void aRowOutsideTheDataSetIsGatheredAsZeros()
    {
        OpCase one{OpKind::GatherRows, "outside", NoAttributes{}, {randomTensor({3, 2}, 1), Tensor64(TensorType{DType::I32, {3}}), {}, {}},
                   {}, scalarsFor(3), {}, {}};
        one.inputs[1].data = {2, 3, -1};
        const auto made = oneOp(one, Role::Data);
        CpuRun run(made->program);
        run.write(made->inputs[0], one.inputs[0]);
        run.write(made->inputs[1], one.inputs[1]);
        run.run(one.scalars);
        const Tensor64 got = run.read(made->results[0]);
        QCOMPARE(got.data, (std::vector<double>{one.inputs[0][4], one.inputs[0][5], 0, 0, 0, 0}));
    }
};

QTEST_GUILESS_MAIN(TestOps)
#include "tst_ops.moc"
