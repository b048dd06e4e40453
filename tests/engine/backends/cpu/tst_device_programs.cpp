// Programs as a GPU runs them, here: fused ones on the CPU backend, and those in 16 bit in the float64 interpreter, against the
// plain program of the same network.
#include <QtTest>

#include "tests/engine/backends/net_check.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

constexpr unsigned kGraphs = 40;
constexpr float kRate = 1e-4f;

Program build(const Net &net, Mode mode, Precision precision, bool deviceFusion)
{
    BuildOptions options = optionsFor(mode, 4);
    options.precision = precision;
    options.deviceFusion = deviceFusion;
    options.optimizer.set("momentum", 0.9);
    return builtOrThrown(net.graph, net.data, options);
}

// What two programs of one network have in common, by name: trained and running state, accumulators, loss, predictions.
std::map<std::string, Tensor64> resultsByName(const Program &program, const std::vector<Tensor64> &values)
{
    std::map<std::string, Tensor64> results;
    const std::vector<ValueId> ids = resultsOf(program);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        Tensor64 value = values[i];
        if (ids[i] == program.predictions)  // rows that do not count are anything
            value.data.resize(value.size() / 4 * 3);
        const std::string &name = program.list.value(ids[i]).name;
        results[ids[i] == program.loss ? "loss" : ids[i] == program.predictions ? "predictions" : name] = value;
    }
    return results;
}

// The start of one program, by name, for another of the same network: its value numbers differ.
Values64 startLike(const Program &program, const Program &other, const Values64 &start)
{
    std::map<std::string, const Tensor64 *> known;
    for (std::size_t i = 0; i < start.size(); ++i)
        if (const Value &value = other.list.values[i]; !value.name.empty() && !isTransient(value.role))
            known[value.name] = &start[i];
    Values64 values = reference::emptyValues(program.list);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (const auto found = known.find(program.list.values[i].name); found != known.end())
            values[i].data = found->second->data;
    for (const ParameterInit &init : program.inits)
        if (init.initializer == Initializer::LossScale)
            values[static_cast<std::size_t>(init.value)].data = {65536, 0, 0, 0};
    return values;
}

std::vector<Tensor64> interpreted(const Program &program, Values64 values, int steps)
{
    for (int step = 0; step < steps; ++step)
        reference::interpret(program.list, values, {9, static_cast<std::uint64_t>(step), kRate, 3});
    std::vector<Tensor64> results;
    for (const ValueId id : resultsOf(program))
        results.push_back(values[static_cast<std::size_t>(id)]);
    return results;
}

void compare(const std::map<std::string, Tensor64> &got, const std::map<std::string, Tensor64> &expected, double tolerance)
{
    for (const auto &[name, wanted] : expected) {
        const auto mine = got.find(name);
        QVERIFY2(mine != got.end(), name.c_str());
        QCOMPARE(mine->second.size(), wanted.size());
        const double error = relativeError(mine->second, wanted, 1e-3);
        QVERIFY2(error <= tolerance, qPrintable(QString("%1 is off by %2, %3 for %4").arg(name.c_str()).arg(error).arg(mine->second[0]).arg(wanted[0])));
    }
}

}  // namespace

class TestDevicePrograms : public QObject {
    Q_OBJECT

    static void seeds()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 0; seed < kGraphs; ++seed)
            QTest::addRow("graph %u", seed) << seed;
    }

private slots:
    void aFusedProgramGivesWhatThePlainOneGives_data() { seeds(); }
    void aFusedProgramGivesWhatThePlainOneGives()
    {
        QFETCH(unsigned, seed);
        const Net net = netOf(seed);
        for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict}) {
            const Program plain = build(net, mode, Precision::Float32, false), fused = build(net, mode, Precision::Float32, true);
            const Values64 start = startOf(plain), fusedStart = startLike(fused, plain, start);
            auto expected = resultsByName(plain, interpreted(plain, start, 2));
            compare(resultsByName(fused, interpreted(fused, fusedStart, 2)), expected, 1e-9);
            // Some gradients are zero but for rounding, which differs between float32 and float64.
            std::erase_if(expected, [](const auto &result) { return result.first.starts_with("optimizer/"); });
            for (const int threads : {1, 2}) {
                CpuRun run(fused, threads);
                writeStart(run, fusedStart);
                for (std::uint64_t step = 0; step < 2; ++step) {
                    run.poison();
                    run.run({9, step, kRate, 3});
                }
                std::vector<Tensor64> results;
                for (const ValueId id : resultsOf(fused))
                    results.push_back(run.read(id));
                compare(resultsByName(fused, results), expected, 5e-4);
                if (QTest::currentTestFailed())
                    return;
            }
        }
    }

    // The interpreter rounds to 16 bit only what casts and chains put out. With weights that 16 bit hold exactly, and chains told
    // to put out float32, nothing is left to round: one step must be the same to the last digits.
    void aProgramIn16BitComputesWhatThePlainOneComputes_data() { seeds(); }
    void aProgramIn16BitComputesWhatThePlainOneComputes()
    {
        QFETCH(unsigned, seed);
        const Net net = netOf(seed);
        for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict})
            for (const Precision precision : {Precision::BFloat16, Precision::Float16})
                for (const bool fusion : {false, true}) {
                    const Program plain = build(net, mode, Precision::Float32, false);
                    Program low = build(net, mode, precision, fusion);
                    for (Op &op : low.list.ops)
                        if (auto *chain = std::get_if<ElementwiseChainAttributes>(&op.attributes))
                            std::fill(chain->types.begin(), chain->types.end(), DType::F32);
                    Values64 start = startOf(plain);
                    for (std::size_t i = 0; i < start.size(); ++i)
                        if (plain.list.values[i].role == Role::Parameter)
                            for (double &value : start[i].data)
                                value = reference::rounded(activationType(precision), value);
                    const auto expected = resultsByName(plain, interpreted(plain, start, 1));
                    auto got = resultsByName(low, interpreted(low, startLike(low, plain, start), 1));
                    if (precision == Precision::Float16 && mode == Mode::Train && got.contains("loss_scale")) {
                        QCOMPARE(got["loss_scale"].data, (std::vector<double>{65536, 1, 0, 0}));
                        got.erase("loss_scale");
                    }
                    compare(got, expected, 1e-9);
                    if (QTest::currentTestFailed())
                        return;
                }
    }

    void aGradientThatIsNotFiniteSkipsTheStepAndLowersTheScale()
    {
        for (const char *optimizer : {"sgd", "adam"})
            for (const bool fusion : {false, true}) {
                const Net net = netOf(4);
                BuildOptions options = optionsFor(Mode::Train, 4);
                options.precision = Precision::Float16;
                options.deviceFusion = fusion;
                options.optimizer.type = optimizer;
                const auto program = buildProgram(net.graph, net.data, options);
                QVERIFY(program);
                Values64 values = startOf(*program);
                ValueId scale = kNoValue;
                for (std::size_t i = 0; i < program->list.values.size(); ++i)
                    if (program->list.values[i].name == "loss_scale")
                        scale = static_cast<ValueId>(i);
                QVERIFY(scale != kNoValue);
                values[static_cast<std::size_t>(scale)].data = {1024, 5, 0, 2};
                Values64 broken = values;
                broken[static_cast<std::size_t>(program->features)].data.assign(broken[static_cast<std::size_t>(program->features)].size(), INFINITY);
                reference::interpret(program->list, broken, {9, 0, 0.1f, 3});
                for (std::size_t i = 0; i < values.size(); ++i)
                    if (program->list.values[i].role == Role::Parameter || program->list.values[i].role == Role::OptimizerState)
                        QVERIFY2(broken[i].data == values[i].data, program->list.values[i].name.c_str());
                QCOMPARE(broken[static_cast<std::size_t>(scale)].data, (std::vector<double>{512, 0, 0, 3}));
                reference::interpret(program->list, values, {9, 0, 0.1f, 3});
                QCOMPARE(values[static_cast<std::size_t>(scale)].data, (std::vector<double>{1024, 6, 0, 2}));
            }
    }
};

QTEST_GUILESS_MAIN(TestDevicePrograms)
#include "tst_device_programs.moc"
