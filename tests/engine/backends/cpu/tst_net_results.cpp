// Whole programs on the CPU: against the float64 interpreter, with and without fusion, over poisoned memory, on one and
// two threads, and step after step to the bit.
#include <QtTest>

#include <map>

#include "tests/engine/backends/net_check.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

constexpr unsigned kGraphs = 40;

// A small rate: a net of many products would run off to infinity, and infinities compare badly.
constexpr float kRate = 1e-4f;

std::vector<Tensor64> stepped(const Program &program, int steps, bool poisoned, int threads = 1)
{
    CpuRun run(program, threads);
    writeStart(run, startOf(program));
    for (int step = 0; step < steps; ++step) {
        if (poisoned)
            run.poison();
        run.run({9, static_cast<std::uint64_t>(step), kRate, 3});
    }
    std::vector<Tensor64> results;
    for (const ValueId id : resultsOf(program))
        results.push_back(run.read(id));
    return results;
}

}  // namespace

class TestNetResults : public QObject {
    Q_OBJECT

    static Program build(const Net &net, Mode mode, bool optimize = true)
    {
        return builtOrThrown(net.graph, net.data, optionsFor(mode, 4, optimize));
    }

    static void seeds()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 0; seed < kGraphs; ++seed)
            QTest::addRow("graph %u", seed) << seed;
    }

    // The same convolution three times in a row, then the scores.
    static Graph repeatedBlock(bool shared)
    {
        Graph body;
        const LayerId in = addAfter(body, kBlockInputType, {});
        const LayerId conv = addAfter(body, "conv2d", {in}, {{"filters", std::int64_t{4}}});
        addAfter(body, kBlockOutputType, {addAfter(body, "add", {in, addAfter(body, "tanh", {conv})})});
        Graph graph;
        graph.setBlock("step", body);
        const LayerId first = addAfter(graph, "input", {}, {{"shape", std::vector<std::int64_t>{6, 5, 4}}});
        const LayerId block = addAfter(graph, kBlockType, {first}, {{"repeat", std::int64_t{3}}, {"share_weights", shared}});
        graph.edit(block)->block = "step";
        const LayerId scores = addAfter(graph, "dense", {addAfter(graph, "flatten", {block})}, {{"units", std::int64_t{3}}});
        addAfter(graph, "softmax_cross_entropy", {scores});
        return graph;
    }

private slots:
    void everyModeGivesWhatTheInterpreterGives_data() { seeds(); }
    void everyModeGivesWhatTheInterpreterGives()
    {
        QFETCH(unsigned, seed);
        const Net net = netOf(seed);
        for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict})
            for (const bool optimize : {true, false}) {
                const Program program = build(net, mode, optimize);
                Values64 expected = startOf(program);
                const std::vector<Tensor64> got = stepped(program, 1, true);
                reference::interpret(program.list, expected, {9, 0, kRate, 3});
                const std::vector<ValueId> ids = resultsOf(program);
                for (std::size_t i = 0; i < ids.size(); ++i) {
                    const Value &value = program.list.value(ids[i]);
                    Tensor64 wanted = expected[static_cast<std::size_t>(ids[i])], mine = got[i];
                    if (value.type.shape.rank() > 1 && ids[i] == program.predictions)  // rows that do not count are anything
                        for (std::size_t k = wanted.size() / 4 * 3; k < wanted.size(); ++k)
                            wanted[k] = mine[k] = 0;
                    const double error = relativeError(mine, wanted, 1e-3);
                    QVERIFY2(error < 2e-4, qPrintable(QString("mode %1 optimize %2: %3 is off by %4, %5 for %6")
                                                          .arg(static_cast<int>(mode)).arg(optimize).arg(value.name.c_str()).arg(error)
                                                          .arg(mine[0]).arg(wanted[0])));
                }
            }
    }

    void theGradientOfANetIsTheSlopeOfItsLoss_data() { seeds(); }
    void theGradientOfANetIsTheSlopeOfItsLoss()
    {
        QFETCH(unsigned, seed);
        const std::string fault = gradientFault(build(netOf(seed), Mode::Train), {9, 0, 0, 3}, 2e-3, 2);
        QVERIFY2(fault.empty(), fault.c_str());
    }

    void sharedWeightsGetTheGradientsOfAllWhoUseThem()
    {
        for (const bool shared : {true, false}) {
            const Graph graph = repeatedBlock(shared);
            QVERIFY2(analyze(graph).runnable(), analyze(graph).runnable() ? "" : analyze(graph).problems.front().message.c_str());
            const Program program = builtOrThrown(graph, smallImages(7), optionsFor(Mode::Train, 4));
            QCOMPARE(program.parameterCount(), analyze(graph).parameters);
            QCOMPARE(program.inits.size(), std::size_t{shared ? 4u : 8u});
            const std::string fault = gradientFault(program, {9, 0, 0, 4}, 2e-3);
            QVERIFY2(fault.empty(), fault.c_str());
        }
    }

    void noStepSeesWhatTheOneBeforeLeftInMemory_data() { seeds(); }
    void noStepSeesWhatTheOneBeforeLeftInMemory()
    {
        QFETCH(unsigned, seed);
        const Program program = build(netOf(seed), Mode::Train);
        const auto clean = stepped(program, 3, false), poisoned = stepped(program, 3, true);
        for (std::size_t i = 0; i < clean.size(); ++i)
            QVERIFY2(clean[i].data == poisoned[i].data,
                     qPrintable(QString("%1: %2 and %3").arg(program.list.value(resultsOf(program)[i]).name.c_str()).arg(clean[i][0]).arg(poisoned[i][0])));
    }

    void theSameSeedGivesTheSameBits()
    {
        for (const int threads : {1, 2}) {
            const Program program = build(netOf(17), Mode::Train);
            const auto first = stepped(program, 10, false, threads), second = stepped(program, 10, false, threads);
            for (std::size_t i = 0; i < first.size(); ++i)
                QVERIFY(first[i].data == second[i].data);
        }
    }

    void fusionLeavesFewerOpsAndTheSameResults()
    {
        std::size_t saved = 0;
        for (unsigned seed = 0; seed < kGraphs; ++seed) {
            const Net net = netOf(seed);
            const Program fused = build(net, Mode::Train, true), plain = build(net, Mode::Train, false);
            QVERIFY(fused.list.ops.size() <= plain.list.ops.size());
            saved += plain.list.ops.size() - fused.list.ops.size();
            const auto a = stepped(fused, 2, true), b = stepped(plain, 2, true);
            QCOMPARE(a.size(), b.size());
            for (std::size_t i = 0; i < a.size(); ++i)
                QVERIFY2(relativeError(a[i], b[i], 1e-3) < 5e-4, qPrintable(QString("graph %1: %2").arg(seed).arg(fused.list.value(resultsOf(fused)[i]).name.c_str())));
        }
        QVERIFY2(saved > kGraphs / 4, qPrintable(QString::number(saved)));
    }

    void theLossGoesDownStepByStep()
    {
        using List = std::vector<std::int64_t>;
        Net net;
        const LayerId input = addAfter(net.graph, "input", {}, {{"shape", List{6, 5, 4}}});
        const LayerId conv = addAfter(net.graph, "conv2d", {input}, {{"filters", std::int64_t{8}}});
        const LayerId relu = addAfter(net.graph, "relu", {addAfter(net.graph, "batch_norm", {conv})});
        const LayerId scores = addAfter(net.graph, "dense", {addAfter(net.graph, "flatten", {relu})}, {{"units", std::int64_t{3}}});
        addAfter(net.graph, "softmax_cross_entropy", {scores});
        net.data.features = {DType::F32, Shape{7, 6, 5, 4}};
        net.data.targets = {DType::I32, Shape{7}};
        const std::map<std::string, float> rates{{"adagrad", 0.05f}, {"lamb", 0.03f}};
        for (const OptimizerSpec &spec : optimizerCatalog()) {
            const char *optimizer = spec.type.c_str();
            BuildOptions options = optionsFor(Mode::Train, 7);
            options.optimizer.type = spec.type;
            options.optimizer.set("momentum", 0.9);
            const auto program = buildProgram(net.graph, net.data, options);
            QVERIFY(program);
            CpuRun run(*program);
            writeStart(run, startOf(*program));
            std::vector<double> losses;
            for (std::uint64_t step = 0; step < 30; ++step) {
                run.run({9, step, rates.contains(spec.type) ? rates.at(spec.type) : 0.01f, 7});
                losses.push_back(run.read(program->loss)[0]);
            }
            // Adagrad's steps get smaller and LAMB's are as small as the weights: they are only on their way by now.
            const double share = rates.contains(spec.type) ? 0.5 : 0.2;
            QVERIFY2(losses.back() < share * losses.front(), qPrintable(QString("%1: %2 to %3").arg(optimizer).arg(losses.front()).arg(losses.back())));
        }
    }

    void theForecastIsTheArenaToTheByte()
    {
        for (unsigned seed = 0; seed < kGraphs; ++seed) {
            CpuRun run(build(netOf(seed), Mode::Train));
            QCOMPARE(run.executable().allocatedBytes(), run.executable().arenaBytes());
            QCOMPARE(run.plan().arenaBytes(), run.executable().arenaBytes());
            QCOMPARE(run.plan().bytes.total(), run.executable().arenaBytes());
        }
    }

    void programsOfOneExecutableShareTheirWeights()
    {
        const Net net = netOf(2);
        const Program train = build(net, Mode::Train), predict = build(net, Mode::Predict);
        const Program *programs[] = {&train, &predict};
        const auto backend = openBackend("cpu");
        auto executable = (*backend)->compile(programs, {1, {}});
        QVERIFY(executable);
        QVERIFY((*executable)->allocate());
        QCOMPARE((*executable)->memoryPlan(0).arenaBytes(), (*executable)->memoryPlan(1).arenaBytes());
        for (const ParameterInit &init : predict.inits) {
            const Value &value = predict.list.value(init.value);
            const auto twin = std::find_if(train.list.values.begin(), train.list.values.end(), [&](const Value &other) { return other.name == value.name; });
            QVERIFY(twin != train.list.values.end());
            const HostTensor written = toHost(randomTensor(value.type.shape, 5));
            QVERIFY((*executable)->write(0, static_cast<ValueId>(twin - train.list.values.begin()), written.data));
            HostTensor read(value.type);
            QVERIFY((*executable)->read(1, init.value, read.data));
            QVERIFY(read.data == written.data);
        }
    }

    void anotherInstructionSetThanTheRunsIsRefused()
    {
        const Program program = build(netOf(0), Mode::Predict);
        const Program *only = &program;
        const auto backend = openBackend("cpu");
        const auto refused = (*backend)->compile(std::span(&only, 1), {1, "abacus"});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unsupported);
        QVERIFY(refused.error().message.find("abacus") != std::string::npos);
        QVERIFY((*backend)->compile(std::span(&only, 1), {1, (*backend)->device().instructionSet}));
    }

    void aNetworkLargerThanTheMemoryIsRefusedBeforeItIsAllocated()
    {
        using List = std::vector<std::int64_t>;
        Net net;
        const LayerId input = addAfter(net.graph, "input", {}, {{"shape", List{1 << 20}}});
        addAfter(net.graph, "softmax_cross_entropy", {addAfter(net.graph, "dense", {input}, {{"units", std::int64_t{1 << 19}}})});
        net.data.features = {DType::F32, Shape{2, 1 << 20}};
        net.data.targets = {DType::I32, Shape{2}};
        const auto program = buildProgram(net.graph, net.data, optionsFor(Mode::Predict, 1));
        QVERIFY2(program, program ? "" : program.error().message.c_str());
        const Program *only = &*program;
        const auto backend = openBackend("cpu");
        auto executable = (*backend)->compile(std::span(&only, 1), {1, {}});
        QVERIFY(executable);
        QVERIFY((*executable)->arenaBytes() > std::uint64_t{1} << 41);
        const Status refused = (*executable)->allocate();
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::OutOfMemory);
        QVERIFY(refused.error().message.find("TB") != std::string::npos);
        QCOMPARE((*executable)->allocatedBytes(), std::uint64_t{0});
    }

    void theTimeOfEachOpIsMeasuredOnlyWhenAskedFor()
    {
        CpuRun run(build(netOf(4), Mode::Train));
        writeStart(run, startOf(run.program()));
        run.run({9, 0, kRate, 3});
        QVERIFY(run.executable().opSeconds(0).empty());
        run.executable().setProfiling(true);
        run.run({9, 1, kRate, 3});
        const auto seconds = run.executable().opSeconds(0);
        QCOMPARE(seconds.size(), run.program().list.ops.size());
        double total = 0;
        for (const double one : seconds) {
            QVERIFY(one >= 0);
            total += one;
        }
        QVERIFY(total > 0 && total < 10);
    }

    void onlyTheRowsAskedForAreGathered()
    {
        Program program = build(netOf(4), Mode::Predict);
        CpuRun run(program);
        writeStart(run, startOf(program));
        const auto predictions = [&](std::vector<std::int32_t> rows) {
            run.executable().setIndices(0, rows);
            run.run({9, 0, 0, static_cast<std::int32_t>(std::min<std::size_t>(rows.size(), 4))});
            return run.read(program.predictions);
        };
        const Tensor64 all = predictions({0, 1, 2, 3}), turned = predictions({3, 2}), tooMany = predictions({0, 1, 2, 3, 4, 5, 6, 0, 1});
        for (std::size_t c = 0; c < 3; ++c) {
            QVERIFY(std::abs(turned[c] - all[9 + c]) < 1e-5);
            QVERIFY(std::abs(turned[3 + c] - all[6 + c]) < 1e-5);
            QVERIFY(std::abs(tooMany[c] - all[c]) < 1e-5);
        }
    }

    void theDeviceSaysWhatDecidesTheBits()
    {
        const DeviceInfo device = (*openBackend("auto"))->device();
        QCOMPARE(device.id, std::string("cpu"));
        QVERIFY(device.threads >= 1);
        QVERIFY(!device.name.empty());
        QVERIFY(!device.instructionSet.empty());
        QVERIFY(device.library.starts_with("oneDNN "));
        QVERIFY(device.memoryFree > 0 && device.memoryFree <= device.memoryTotal);
        const auto reports = findBackends();
        QVERIFY(reports.size() >= 2);
        for (const BackendReport &report : reports)
            QVERIFY(report.available ? report.reason.empty() && report.device : report.reason.size() > 10);
    }

    void anUnknownDeviceIsRefusedWithTheOnesThereAre()
    {
        const auto refused = openBackend("quantum:0");
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::NotFound);
        QVERIFY(refused.error().message.find("quantum:0") != std::string::npos);
        QVERIFY(refused.error().message.find("cpu") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestNetResults)
#include "tst_net_results.moc"
