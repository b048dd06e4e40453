// Every gradient rule, through the engine's own autodiff and the CPU backend, against finite differences of the
// float64 reference. Ops that are no loss are closed by a mean squared error.
#include <QtTest>

#include <set>

#include "engine/program/build.h"
#include "tests/engine/backends/op_case_table.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

constexpr double kTolerance = 1e-4;
constexpr double kStep = 1e-5;
constexpr std::size_t kEntries = 40;  // compared of each input at most

struct GradientProgram {
    Program program;
    std::vector<ValueId> inputs;
    std::vector<std::pair<ValueId, ValueId>> gradients;
    Values64 start;
    std::size_t forwardOps = 0;
};

Result<GradientProgram> gradientProgram(const OpCase &one)
{
    GradientProgram made;
    made.program.mode = Mode::Train;
    OpBuilder builder(made.program.list);
    for (std::size_t i = 0; i < one.inputs.size(); ++i) {
        const bool trained = std::find(one.differentiable.begin(), one.differentiable.end(), i) != one.differentiable.end();
        made.inputs.push_back(one.inputs[i].data.empty() ? kNoValue
                                                         : builder.addValue(one.inputs[i].type, trained ? Role::Parameter : Role::Data,
                                                                            "input" + std::to_string(i), trained));
    }
    TRAINYARD_TRY(const auto outputs, builder.add(one.kind, one.attributes, made.inputs, pick(made.inputs, one.mutates)));
    ValueId loss = outputs[one.lossOutput], target = kNoValue;
    if (builder.shape(loss) != Shape{1}) {
        target = builder.addValue({DType::F32, builder.shape(loss)}, Role::Data, "target");
        TRAINYARD_TRY(loss, builder.addOne(OpKind::MeanSquaredError, LossAttributes{}, {loss, target}));
    }
    made.program.loss = loss;
    made.forwardOps = made.program.list.ops.size();
    TRAINYARD_CHECK(differentiate(builder, {&loss, 1}, made.gradients));
    // An update at the end, with a rate of 0, keeps the gradients until the step is over.
    std::vector<ValueId> update;
    for (const auto &[parameter, gradient] : made.gradients)
        update.insert(update.end(), {parameter, gradient, kNoValue});
    TRAINYARD_CHECK(builder.add(OpKind::SgdUpdate, SgdAttributes{0, 0, false}, update, {}));
    made.start = reference::emptyValues(made.program.list);
    for (std::size_t i = 0; i < one.inputs.size(); ++i)
        if (made.inputs[i] != kNoValue)
            made.start[static_cast<std::size_t>(made.inputs[i])].data = one.inputs[i].data;
    if (target != kNoValue)
        made.start[static_cast<std::size_t>(target)] = randomTensor(builder.shape(target), 4711);
    return made;
}

double lossOf(const GradientProgram &made, ValueId changed, std::size_t entry, double by, const StepScalars &scalars)
{
    Values64 values = made.start;
    values[static_cast<std::size_t>(changed)][entry] += by;
    reference::interpret(made.program.list, values, scalars, made.forwardOps);
    return values[static_cast<std::size_t>(made.program.loss)][0];
}

}  // namespace

class TestOpGradients : public QObject {
    Q_OBJECT

    std::vector<OpCase> m_cases = allOpCases();

private slots:
    void everyDifferentiableOpHasCases()
    {
        std::set<OpKind> covered;
        for (const OpCase &one : m_cases)
            if (!one.differentiable.empty())
                covered.insert(one.kind);
        for (int kind = 0; kind < kOpKindCount; ++kind) {
            const OpSpec &spec = opSpec(static_cast<OpKind>(kind));
            QVERIFY2(covered.contains(static_cast<OpKind>(kind)) == (spec.gradient != nullptr), spec.name);
        }
    }

    void everyGradientIsTheSlopeOfTheLoss_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i) {
            std::int64_t elements = 0;
            for (const Tensor64 &input : m_cases[i].inputs)
                elements += static_cast<std::int64_t>(input.size());
            if (!m_cases[i].differentiable.empty() && elements < 30000)  // the reference is slow, on purpose
                QTest::newRow(m_cases[i].name.c_str()) << static_cast<int>(i);
        }
    }

    void everyGradientIsTheSlopeOfTheLoss()
    {
        QFETCH(int, index);
        const OpCase &one = m_cases[static_cast<std::size_t>(index)];
        const auto made = gradientProgram(one);
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        QCOMPARE(made->gradients.size(), one.differentiable.size());
        CpuRun run(made->program);
        run.poison();
        for (std::size_t i = 0; i < made->start.size(); ++i)
            if (!isTransient(made->program.list.values[i].role))
                run.write(static_cast<ValueId>(i), made->start[i]);
        run.run(one.scalars);
        for (const auto &[parameter, gradient] : made->gradients) {
            const Tensor64 got = run.read(gradient);
            const std::size_t count = std::min(got.size(), kEntries);
            Tensor64 mine(TensorType{DType::F32, Shape{static_cast<std::int64_t>(count)}}), numeric = mine;
            for (std::size_t k = 0; k < count; ++k) {
                const std::size_t entry = got.size() <= kEntries ? k : k * 7919 % got.size();
                mine[k] = got[entry];
                numeric[k] = (lossOf(*made, parameter, entry, kStep, one.scalars) - lossOf(*made, parameter, entry, -kStep, one.scalars)) / (2 * kStep);
            }
            const double error = relativeError(mine, numeric);
            QVERIFY2(error < kTolerance, qPrintable(QString("input %1 is off by %2; first %3, expected %4")
                                                        .arg(parameter).arg(error).arg(mine[0]).arg(numeric[0])));
        }
    }
};

QTEST_GUILESS_MAIN(TestOpGradients)
#include "tst_op_gradients.moc"
