#include <QtTest>

#include <array>
#include <set>

#include "tests/engine/backends/error_norms.h"
#include "tests/engine/backends/low_precision_cases.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

// Float32 against float64; sums of up to a thousand products.
constexpr double kTolerance = 2e-5;

}  // namespace

class TestOps : public QObject {
    Q_OBJECT

    std::vector<OpCase> m_cases = allOpCases();

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

    void compareLow(const OpCase &one, DType low, Role role, int threads)
    {
        const OpCase inFloat = asFloat32(one);
        auto made = oneLowOp(one, role, low), plain = oneOp(inFloat, role);
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        QVERIFY(plain);
        CpuRun run(made->program, threads), wanted(plain->program, threads);
        run.poison();
        for (std::size_t i = 0; i < one.inputs.size(); ++i)
            if (made->inputs[i] != kNoValue) {
                run.write(made->inputs[i], one.inputs[i]);
                wanted.write(plain->inputs[i], inFloat.inputs[i]);
            }
        run.run(one.scalars);
        wanted.run(one.scalars);
        const double floor = std::holds_alternative<ActivationAttributes>(one.attributes) ? 0.05 : 1e-6;
        for (std::size_t k = 0; k < made->results.size(); ++k) {
            const ErrorNorms norms = errorNorms(run.read(made->results[k]), wanted.read(plain->results[k]), floor);
            QVERIFY2(within(norms, allowedNorms(low)), qPrintable(QString("%1, result %2, %3 threads, in place: %4. L2 %5, largest %6")
                                                                      .arg(one.name.c_str()).arg(k).arg(threads).arg(role == Role::Activation).arg(norms.l2).arg(norms.largest)));
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
                     qPrintable(QString("%1 has no case in op_case_table.cpp").arg(opSpec(static_cast<OpKind>(kind)).name)));
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

    void everyOpGivesIn16BitWhatItGivesInFloat32_data() { everyOpGivesWhatTheNaiveReferenceGives_data(); }

    // The inputs are rounded beforehand, so only results are: by once what their type is exact to, and once more inside.
    void everyOpGivesIn16BitWhatItGivesInFloat32()
    {
        QFETCH(int, index);
        for (const DType low : {DType::BF16, DType::F16})
            if (const auto one = inLowPrecision(m_cases[static_cast<std::size_t>(index)], low))
                for (const Role role : {Role::Data, Role::Activation})
                    for (const int threads : {1, 2})
                        if (role == Role::Data || !one->emitter)
                            compareLow(*one, low, role, threads);
    }

    // One scalar, worked out by hand from the rules of torch.optim: this holds the references too.
    void updatesGiveTheNumbersWorkedOutByHand()
    {
        const auto scalar = [](double value) {
            Tensor64 tensor(TensorType{DType::F32, Shape{1}});
            tensor[0] = value;
            return tensor;
        };
        const auto updated = [&](OpKind kind, const OpAttributes &attributes, std::vector<Tensor64> inputs, std::uint64_t step) {
            std::vector<std::size_t> mutates{0};
            for (std::size_t i = 2; i < inputs.size(); ++i)
                mutates.push_back(i);
            OpCase one{kind, "by hand", attributes, std::move(inputs), mutates, {0, step, 0.1f, 1}, {}, {}};
            const auto made = oneOp(one, Role::Data);
            CpuRun run(made->program);
            for (std::size_t i = 0; i < one.inputs.size(); ++i)
                run.write(made->inputs[i], one.inputs[i]);
            run.run(one.scalars);
            return run.read(made->inputs[0])[0];
        };
        const auto near = [](double a, double b) { return std::abs(a - b) < 1e-6; };
        // w 1, g 0.5, v 0.2, momentum 0.9: v = 0.68, w = 1 - 0.1 v
        QVERIFY(near(updated(OpKind::SgdUpdate, SgdAttributes{0.9f, 0, false}, {scalar(1), scalar(0.5), scalar(0.2)}, 0), 0.932));
        // with decay 0.1: d = 0.6, v = 0.78; nesterov: w = 1 - 0.1 (0.6 + 0.9 0.78)
        QVERIFY(near(updated(OpKind::SgdUpdate, SgdAttributes{0.9f, 0.1f, true}, {scalar(1), scalar(0.5), scalar(0.2)}, 0), 0.8698));
        // The first step of Adam is the learning rate whatever the gradient's size: w = 1 - 0.1
        QVERIFY(near(updated(OpKind::AdamUpdate, AdamAttributes{}, {scalar(1), scalar(0.003), scalar(0), scalar(0)}, 0), 0.9));
        // AdamW with decay 0.1: first w = 1 (1 - 0.1 0.1), then the same step
        QVERIFY(near(updated(OpKind::AdamUpdate, AdamAttributes{0.9f, 0.999f, 1e-8f, 0.1f, true}, {scalar(1), scalar(0.003), scalar(0), scalar(0)}, 0), 0.89));
        // The second step: m = 0.9 0.1 + 0.1 0.5 = 0.14, v = 0.999 0.04 + 0.001 0.25 = 0.04021;
        // m / 0.19 = 0.7368421, v / 0.001999 = 20.115058, w = 1 - 0.1 0.7368421 / 4.484981
        QVERIFY(near(updated(OpKind::AdamUpdate, AdamAttributes{}, {scalar(1), scalar(0.5), scalar(0.1), scalar(0.04)}, 1), 0.9835709));
    }

    void aGradientThatIsNotFiniteSetsTheFlag()
    {
        for (const double bad : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), std::nan("")})
            for (const std::size_t where : {0u, 500u, 999u}) {
                OpCase one{OpKind::UnscaleGradients, "not finite", NoAttributes{}, {randomTensor({4}, 1), randomTensor({7}, 2), randomTensor({10, 100}, 3)},
                           {0, 1, 2}, scalarsFor(4), {}, {}};
                one.inputs[0].data = {8, 1, 0, 0};
                one.inputs[2][where] = bad;
                const auto made = oneOp(one, Role::Data);
                CpuRun run(made->program);
                for (std::size_t i = 0; i < one.inputs.size(); ++i)
                    run.write(made->inputs[i], one.inputs[i]);
                run.run(one.scalars);
                QCOMPARE(run.read(made->inputs[0]).data, (std::vector<double>{8, 1, 1, 0}));
                QCOMPARE(run.read(made->inputs[1])[3], one.inputs[1][3] / 8);
            }
    }

    void whatIsNotANumberStaysSoWhenClipped()
    {
        const double nan = std::nan(""), infinite = std::numeric_limits<double>::infinity();
        const auto clipped = [](ClipAttributes a, double bad) {
            OpCase one{OpKind::ClipGradients, "not finite", a, {randomTensor({50}, 2), randomTensor({10, 100}, 3)}, {0, 1}, scalarsFor(4), {}, {}};
            one.inputs[1][777] = bad;
            const auto made = oneOp(one, Role::Data);
            CpuRun run(made->program);
            for (std::size_t i = 0; i < one.inputs.size(); ++i)
                run.write(made->inputs[i], one.inputs[i]);
            run.run(one.scalars);
            return std::pair(run.read(made->inputs[0]), run.read(made->inputs[1]));
        };
        QVERIFY(std::isnan(clipped({0, 0.5f}, nan).second[777]));
        QCOMPARE(clipped({0, 0.5f}, infinite).second[777], 0.5);
        QCOMPARE(clipped({0, 0.5f}, -infinite).second[777], -0.5);
        QVERIFY(std::isnan(clipped({1, 0.5f}, nan).first[3]));
        QVERIFY(std::isnan(clipped({1, 0}, nan).second[5]));
        QVERIFY(std::isnan(clipped({1, 0}, infinite).second[777]));
    }

    // 3 and 4 have the norm 5; the factor is 1 / 5.000001.
    void clippingGivesTheNumbersWorkedOutByHand()
    {
        OpCase one{OpKind::ClipGradients, "by hand", ClipAttributes{1, 0}, {randomTensor({1}, 2), randomTensor({1}, 3)}, {0, 1}, scalarsFor(1), {}, {}};
        one.inputs[0].data = {3};
        one.inputs[1].data = {-4};
        const auto made = oneOp(one, Role::Data);
        CpuRun run(made->program);
        for (std::size_t i = 0; i < one.inputs.size(); ++i)
            run.write(made->inputs[i], one.inputs[i]);
        run.run(one.scalars);
        QVERIFY(std::abs(run.read(made->inputs[0])[0] - 0.59999988) < 1e-7);
        QVERIFY(std::abs(run.read(made->inputs[1])[0] + 0.79999984) < 1e-7);
    }

    void theNormDoesNotDependOnTheNumberOfThreads()
    {
        OpCase one{OpKind::ClipGradients, "threads", ClipAttributes{1, 0}, {randomTensor({300, 1001}, 2), randomTensor({33}, 3)}, {0, 1}, scalarsFor(4), {}, {}};
        const auto made = oneOp(one, Role::Data);
        std::vector<double> first;
        for (const int threads : {1, 2, 3}) {
            CpuRun run(made->program, threads);
            for (std::size_t i = 0; i < one.inputs.size(); ++i)
                run.write(made->inputs[i], one.inputs[i]);
            run.run(one.scalars);
            const std::vector<double> got = run.read(made->inputs[0]).data;
            QVERIFY(first.empty() || got == first);
            first = got;
        }
        QVERIFY(first != one.inputs[0].data);
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

    void imagesAreShiftedAndMirroredAtTheRatesAskedFor()
    {
        constexpr std::int64_t kRows = 4000;
        OpCase one{OpKind::GatherRows, "rates", GatherAttributes{true, 2, 3}, {Tensor64(TensorType{DType::F32, {1, 5, 5, 1}}),
                   Tensor64(TensorType{DType::I32, {kRows}}), {}, {}}, {}, scalarsFor(kRows), {}, {}};
        one.inputs[0].data[12] = 1;  // in the middle: never shifted out
        one.inputs[0].data[13] = 2;  // at its right, or at its left when mirrored
        const auto made = oneOp(one, Role::Data);
        CpuRun run(made->program);
        run.write(made->inputs[0], one.inputs[0]);
        run.write(made->inputs[1], one.inputs[1]);
        run.run(one.scalars);
        const Tensor64 got = run.read(made->results[0]);
        std::array<int, 25> places{};
        int right = 0, left = 0;
        for (std::size_t row = 0; row < kRows; ++row) {
            const double *image = got.data.data() + row * 25;
            const auto at = static_cast<std::size_t>(std::find(image, image + 25, 1.0) - image);
            QVERIFY(at < 25);
            ++places[at];
            right += at % 5 < 4 && image[at + 1] == 2.0;
            left += at % 5 > 0 && image[at - 1] == 2.0;
        }
        for (const int count : places)
            QVERIFY2(std::abs(count - 160) < 62, std::to_string(count).c_str());  // five deviations
        QVERIFY2(std::abs(right - left) < 283, std::to_string(right - left).c_str());
        QVERIFY2(std::abs(right + left - 3200) < 127, std::to_string(right + left).c_str());  // a fifth loses it at the border
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
