// A network on several devices computes what it computes on one, to the bit, and its memory is what was forecast.
#include <QtTest>

#include <deque>
#include <map>

#include "engine/program/build.h"
#include "tests/engine/backends/net_check.h"
#include "tests/engine/backends/placed_run.h"
#include "tests/engine/backends/random_graph.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

using List = std::vector<std::int64_t>;
using Placing = std::map<std::string, std::string>;  // layer name -> device

Graph placed(Graph graph, const Placing &placing)
{
    for (const auto &[name, device] : placing)
        graph.edit(graph.findByName(name)->id)->device = device;
    return graph;
}

Graph scattered(Graph graph, unsigned seed)
{
    static const std::vector<std::string> kDevices{"", "cuda:0", "cuda:1"};
    std::mt19937 random(seed * 7 + 1);
    for (const Layer &layer : std::vector<Layer>(graph.layers()))
        graph.edit(layer.id)->device = kDevices[random() % kDevices.size()];
    return graph;
}

std::vector<Program> programsOf(const Graph &graph, const std::string &optimizer = "adam",
                                const std::vector<Mode> &modes = {Mode::Train, Mode::Evaluate, Mode::Predict},
                                bool optimize = true)
{
    std::vector<Program> programs;
    for (const Mode mode : modes) {
        BuildOptions options = optionsFor(mode, 4, optimize);
        options.optimizer = OptimizerConfig();
        options.optimizer.type = optimizer;
        options.optimizer.clipValue = optimizer == "sgd" ? 1e-3 : 0.0;  // each device clips its own gradients
        programs.push_back(builtOrThrown(graph, smallImages(40), options));
    }
    return programs;
}

void check(const Status &status)
{
    if (!status)
        throw std::runtime_error(status.error().message + " " + status.error().detail);
}

// One executable in training: data bound, weights drawn, steps taken.
class Training {
public:
    Training(std::vector<Program> programs, std::unique_ptr<Executable> executable)
        : m_programs(std::move(programs)), m_executable(std::move(executable)), m_start(startOf(m_programs.front()))
    {
        check(m_executable->allocate());
        for (std::size_t p = 0; p < m_programs.size(); ++p) {
            const Program &program = m_programs[p];
            for (const auto &[id, first] : {std::pair(program.features, m_programs[0].features), {program.featureOffset, m_programs[0].featureOffset},
                                            {program.featureScale, m_programs[0].featureScale}, {program.targets, m_programs[0].targets}}) {
                if (id == kNoValue || program.list.value(id).role != Role::Dataset)
                    continue;
                m_data.push_back(toHost(m_start[static_cast<std::size_t>(first)]));
                check(m_executable->bind(p, id, m_data.back().data));
            }
        }
        for (const ParameterInit &init : m_programs[0].inits) {
            std::vector<float> values(static_cast<std::size_t>(m_programs[0].list.value(init.value).type.shape.elements()));
            fillParameter(m_programs[0], init, 11, values);
            check(m_executable->write(0, init.value, std::as_bytes(std::span(values))));
        }
    }

    std::span<const std::byte> features() const { return m_data.front().data; }
    Executable &executable() { return *m_executable; }
    const Program &program(std::size_t index = 0) const { return m_programs[index]; }

    void step(std::size_t program, std::uint64_t number, std::int32_t validRows = 4)
    {
        std::vector<std::int32_t> rows;
        for (std::int32_t i = 0; i < 4; ++i)
            rows.push_back(static_cast<std::int32_t>(number * 4 + static_cast<std::uint64_t>(i)) % 40);
        m_executable->setIndices(program, rows);
        check(m_executable->run(program, {11, number, 0.01f, validRows}));
    }

    std::vector<std::byte> read(std::size_t program, ValueId id)
    {
        std::vector<std::byte> bytes(m_programs[program].list.value(id).type.bytes());
        check(m_executable->read(program, id, bytes));
        return bytes;
    }

    std::vector<double> metrics(std::size_t program)
    {
        check(m_executable->requestMetrics(program, 7));
        auto taken = m_executable->takeMetrics(true);
        if (!taken || !*taken || (*taken)->tag != 7)
            throw std::runtime_error("no metrics");
        return (*taken)->sums;
    }

private:
    std::vector<Program> m_programs;
    std::unique_ptr<Executable> m_executable;
    Values64 m_start;
    std::deque<HostTensor> m_data;
};

// Trains both and says where they first differ; empty: nowhere.
std::string difference(Training &a, Training &b, std::size_t steps = 3)
{
    for (std::uint64_t step = 0; step < steps; ++step) {
        for (Training *each : {&a, &b})
            each->step(0, step);
        if (a.read(0, a.program().loss) != b.read(0, b.program().loss))
            return "the loss of step " + std::to_string(step);
        if (const std::string name = firstDifference(stateOf(a.executable(), a.program()), stateOf(b.executable(), b.program())); !name.empty())
            return name + " after step " + std::to_string(step);
        if (a.metrics(0) != b.metrics(0))
            return "the metrics of step " + std::to_string(step);
        for (Training *each : {&a, &b})
            each->step(1, step, step == 1 ? 3 : 4);  // evaluation in between changes nothing
        if (a.metrics(1) != b.metrics(1))
            return "the evaluation after step " + std::to_string(step);
    }
    for (Training *each : {&a, &b})
        each->step(2, 1);
    return a.read(2, a.program(2).predictions) != b.read(2, b.program(2).predictions) ? "the predictions" : "";
}

Graph residual()
{
    Graph graph;
    const LayerId input = addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}});
    const LayerId conv = addAfter(graph, "conv2d", {input}, {{"filters", std::int64_t{4}}});
    const LayerId norm = addAfter(graph, "batch_norm", {conv});
    const LayerId relu = addAfter(graph, "relu", {norm});
    const LayerId second = addAfter(graph, "conv2d", {relu}, {{"filters", std::int64_t{4}}});
    const LayerId sum = addAfter(graph, "add", {conv, second});
    const LayerId pool = addAfter(graph, "max_pool2d", {sum});
    const LayerId join = addAfter(graph, "concat", {pool, addAfter(graph, "tanh", {pool})});
    const LayerId drop = addAfter(graph, "dropout", {join}, {{"rate", 0.25}});
    const LayerId flat = addAfter(graph, "flatten", {drop});
    const LayerId dense = addAfter(graph, "dense", {flat}, {{"units", std::int64_t{3}}});
    addAfter(graph, "softmax_cross_entropy", {dense});
    return graph;
}

}  // namespace

class TestPlacedExecutable : public QObject {
    Q_OBJECT
    NamedBackend m_cpu{"cpu"};

    Training plain(const Graph &graph, const std::string &optimizer = "adam")
    {
        Graph bare = graph;
        for (const Layer &layer : graph.layers())
            bare.edit(layer.id)->device.clear();
        auto programs = programsOf(bare, optimizer);
        auto executable = compiledOn(programs, m_cpu);
        if (!executable->deviceArenas().empty())
            throw std::runtime_error("placed without a placement");
        return {std::move(programs), std::move(executable)};
    }
    // The same ops, all on one device.
    Training together(const Graph &graph, const std::string &optimizer = "adam")
    {
        auto programs = programsOf(graph, optimizer);
        for (Program &program : programs) {
            program.devices = {""};
            for (Op &op : program.list.ops)
                op.device = 0;
        }
        auto executable = compiledOn(programs, m_cpu);
        return {std::move(programs), std::move(executable)};
    }
    Training onSeveral(const Graph &graph, const std::string &optimizer = "adam")
    {
        auto programs = programsOf(graph, optimizer);
        auto executable = compiledOn(programs, m_cpu);
        return {std::move(programs), std::move(executable)};
    }

private slots:
    void everyLayerAloneOnAnotherDeviceChangesNoBit()
    {
        const Graph graph = residual();
        for (const Layer &layer : graph.layers())
            for (const char *optimizer : {"adam", "sgd"}) {
                // A border between batch norm and its ReLU makes two ops of what would be one, whose last bits are others.
                const bool apart = layer.type == "batch_norm" || layer.type == "relu";
                const Graph moved = placed(graph, {{layer.name, "cuda:0"}});
                Training one = apart ? together(moved, optimizer) : plain(graph, optimizer), two = onSeveral(moved, optimizer);
                if (layer.type != "softmax_cross_entropy" && layer.type != "input")
                    QCOMPARE(two.executable().deviceArenas().size(), std::size_t{2});
                const std::string where = difference(one, two);
                QVERIFY2(where.empty(), (layer.name + ": " + where).c_str());
            }
    }

    void samplesThatTheHostWritesArriveWhereTheyAreGathered()
    {
        const Graph graph = residual();
        for (unsigned seed = 0; seed < 8; ++seed) {
            const Graph moved = scattered(graph, seed);
            auto programs = programsOf(moved, "sgd", {Mode::Train, Mode::Predict});
            BuildOptions options = optionsFor(Mode::Predict, 4);
            options.ownSamples = true;
            programs.push_back(builtOrThrown(moved, smallImages(40), options));
            auto executable = compiledOn(programs, m_cpu);
            QCOMPARE(executable->arenaBytes(), executable->memoryPlan(0).bytes.total());
            Training run(std::move(programs), std::move(executable));
            run.step(1, 2);  // rows 8 to 11 of the data set
            const Program &own = run.program(2);
            const std::size_t bytes = own.list.value(own.features).type.bytes();
            const std::vector<std::int32_t> rows{0, 1, 2, 3};
            check(run.executable().write(2, own.features, run.features().subspan(2 * bytes, bytes)));
            run.executable().setIndices(2, rows);
            check(run.executable().run(2, {11, 2, 0.01f, 4}));
            QVERIFY2(run.read(2, own.predictions) == run.read(1, run.program(1).predictions), qPrintable(QString::number(seed)));
        }
    }

    void aSkipFromOneDeviceMeetsTheWayThroughAnother()
    {
        const Graph graph = residual();
        for (const Placing &placing : {Placing{{"batch_norm", "cuda:0"}, {"relu", "cuda:0"}, {"conv2d_2", "cuda:0"}},
                                       Placing{{"conv2d", "cuda:0"}, {"add", "cuda:1"}, {"max_pool2d", "cuda:1"}},
                                       Placing{{"tanh", "cuda:0"}, {"concat", "cuda:1"}, {"dropout", "cuda:0"}, {"flatten", "cuda:1"}}}) {
            Training one = plain(graph), several = onSeveral(placed(graph, placing));
            const std::string where = difference(one, several);
            QVERIFY2(where.empty(), where.c_str());
        }
    }

    void allLayersElsewhereLeaveNothingOnTheRunsDevice()
    {
        Graph graph = residual();
        Training one = plain(graph);
        for (const Layer &layer : std::vector<Layer>(graph.layers()))
            graph.edit(layer.id)->device = "cuda:0";
        Training other = onSeveral(graph);
        QCOMPARE(other.executable().deviceArenas().size(), std::size_t{1});
        QCOMPARE(other.executable().deviceArenas()[0].device.id, std::string("cuda:0"));
        QVERIFY(other.executable().notes().empty());  // nothing is copied
        const std::string where = difference(one, other);
        QVERIFY2(where.empty(), where.c_str());
    }

    void networksScatteredOverThreeDevicesChangeNoBit_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 0; seed < 40; ++seed)
            QTest::addRow("graph %u", seed) << seed;
    }

    void networksScatteredOverThreeDevicesChangeNoBit()
    {
        QFETCH(unsigned, seed);
        const Graph graph = randomGraph(seed, 3 + static_cast<int>(seed % 31));
        const Graph moved = scattered(graph, seed);
        Training one = together(moved, seed % 2 ? "adam" : "sgd"), several = onSeveral(moved, seed % 2 ? "adam" : "sgd");
        const std::string where = difference(one, several);
        QVERIFY2(where.empty(), where.c_str());
    }

    void theMemoryIsTheSumOfTheDevicesAndIsTakenToTheByte()
    {
        const Graph graph = placed(residual(), {{"conv2d_2", "cuda:0"}, {"dense", "cuda:1"}});
        const auto programs = programsOf(graph);
        const auto executable = compiledOn(programs, m_cpu);
        const auto arenas = executable->deviceArenas();
        QCOMPARE(arenas.size(), std::size_t{3});
        QCOMPARE(arenas[0].device.id, std::string("cpu"));
        std::uint64_t sum = 0;
        for (const DeviceArena &arena : arenas) {
            QVERIFY(arena.arenaBytes > 0);
            QVERIFY(arena.device.memoryFree > 0);
            sum += arena.arenaBytes;
        }
        QCOMPARE(executable->arenaBytes(), sum);
        QCOMPARE(executable->allocatedBytes(), std::uint64_t{0});
        QVERIFY(executable->allocate());
        QCOMPARE(executable->allocatedBytes(), sum);
        for (std::size_t p = 0; p < programs.size(); ++p) {
            const MemoryPlan &plan = executable->memoryPlan(p);
            QCOMPARE(plan.arenaBytes(), sum);
            QCOMPARE(plan.bytes.total(), sum);
            QCOMPARE(plan.layers.size(), programs[p].layerNames.size() + 1);
            std::uint64_t layers = 0;
            for (const LayerMemory &layer : plan.layers)
                layers += layer.bytes.total();
            QCOMPARE(layers, sum);
            QCOMPARE(plan.scratch.size(), programs[p].list.ops.size());
        }
    }

    void aLayersMemoryIsCountedOnceHoweverManyPartsItIsIn()
    {
        const Graph graph = residual();
        const auto weights = [&](const Placing &placing) {
            const auto programs = programsOf(placed(graph, placing));
            const auto executable = compiledOn(programs, m_cpu);
            std::map<std::string, std::uint64_t> bytes;
            for (const LayerMemory &layer : executable->memoryPlan(0).layers)
                bytes[layer.layer] = layer.bytes.parameters;
            return bytes;
        };
        QCOMPARE(weights({{"relu", "cuda:0"}, {"dense", "cuda:0"}}), weights({}));
    }

    void theSameWeightsAreReadThroughEveryProgram()
    {
        Training training = onSeveral(placed(residual(), {{"conv2d", "cuda:0"}, {"dense", "cuda:1"}}));
        training.step(0, 0);
        const auto trained = stateOf(training.executable(), training.program(0), 0), seen = stateOf(training.executable(), training.program(1), 1);
        for (const auto &[name, bytes] : seen)
            QVERIFY2(trained.at(name) == bytes, name.c_str());
        QVERIFY(!seen.empty());
    }

    void thePriceOfTheBordersIsSaid()
    {
        const auto programs = programsOf(placed(residual(), {{"flatten", "cuda:0"}, {"dense", "cuda:0"}, {"softmax_cross_entropy", "cuda:0"}}));
        const auto notes = compiledOn(programs, m_cpu)->notes();
        QCOMPARE(notes.size(), std::size_t{2});
        // 3x2x8 of 4 samples in float32 there, and the gradient back.
        QCOMPARE(notes[0], std::string("Each step copies 768 B from cpu to cuda:0, in 1 piece."));
        QCOMPARE(notes[1], std::string("Each step copies 768 B from cuda:0 to cpu, in 1 piece."));
    }

    void aDeviceThatIsNotThereIsNamedWithTheLayer()
    {
        const auto programs = programsOf(placed(residual(), {{"relu", "cuda:0"}}));
        std::vector<const Program *> pointers{&programs[0]};
        const auto refuse = [](const std::string &name) -> Result<std::unique_ptr<Backend>> {
            return fail(ErrorCode::NotFound, "There is no device {} here.", name);
        };
        const auto compiled = compilePlaced(pointers, m_cpu, {}, refuse);
        QVERIFY(!compiled);
        QCOMPARE(compiled.error().message, std::string("relu is placed on cuda:0: There is no device cuda:0 here."));
        QCOMPARE(compiled.error().node, std::string("relu"));
        QCOMPARE(compiled.error().code, ErrorCode::NotFound);
    }

    void alsoTheRunsOwnDeviceMayBeNamed()
    {
        Graph graph = residual();
        for (const Layer &layer : std::vector<Layer>(graph.layers()))
            graph.edit(layer.id)->device = "cpu";
        const auto programs = programsOf(graph);
        const auto none = [](const std::string &) -> Result<std::unique_ptr<Backend>> { return fail(ErrorCode::Internal, "asked for another"); };
        QVERIFY(compiledOn(programs, m_cpu, {}, none)->deviceArenas().empty());
        graph.edit(graph.findByName("relu")->id)->device = "cuda:0";  // then "" and "cpu" are one of two
        const auto two = programsOf(graph);
        QCOMPARE(compiledOn(two, m_cpu)->deviceArenas().size(), std::size_t{2});
    }

    void whatAnotherDeviceChoseIsHeldOnResume()
    {
        const auto programs = programsOf(placed(residual(), {{"relu", "cuda:0"}}));
        DeviceSettings settings;
        settings.threads = 1;
        const KernelChoices choices = compiledOn(programs, m_cpu, settings)->choices();
        QCOMPARE(choices.at("cuda:0/threads"), std::string("1"));
        QCOMPARE(choices.at("cuda:0/instruction set"), m_cpu.device().instructionSet);

        NamedBackend *opened = nullptr;
        const auto open = [&](const std::string &name) -> Result<std::unique_ptr<Backend>> {
            auto backend = std::make_unique<NamedBackend>(name);
            opened = backend.get();
            return backend;
        };
        DeviceSettings resumed;
        resumed.threads = 2;
        resumed.instructionSet = m_cpu.device().instructionSet;
        resumed.choices = choices;
        resumed.choices["cuda:0/conv 3x3"] = "7";
        resumed.choices["conv 5x5"] = "3";
        const auto executable = compiledOn(programs, m_cpu, resumed, open);
        QCOMPARE(opened->compiledWith.threads, 1);
        QCOMPARE(opened->compiledWith.instructionSet, m_cpu.device().instructionSet);
        QCOMPARE(opened->compiledWith.choices, (KernelChoices{{"conv 3x3", "7"}}));

        resumed.choices["cuda:0/instruction set"] = "another";
        std::vector<const Program *> pointers{&programs[0]};
        const auto refused = compilePlaced(pointers, m_cpu, resumed, openNamed);
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.starts_with("relu is placed on cuda:0: "), refused.error().message.c_str());
        QCOMPARE(refused.error().node, std::string("relu"));
    }

    void everyOpIsTimedInItsPlace()
    {
        Training training = onSeveral(placed(residual(), {{"conv2d_2", "cuda:0"}}));
        QVERIFY(training.executable().opSeconds(0).empty());
        training.executable().setProfiling(true);
        training.step(0, 0);
        const auto seconds = training.executable().opSeconds(0);
        QCOMPARE(seconds.size(), training.program().list.ops.size());
        for (std::size_t i = 0; i < seconds.size(); ++i)
            if (!opSpec(training.program().list.ops[i].kind).isView)
                QVERIFY2(seconds[i] > 0, opSpec(training.program().list.ops[i].kind).name);
    }

    void aValueThatIsNowhereIsAnError()
    {
        Training training = onSeveral(placed(residual(), {{"conv2d_2", "cuda:0"}}));
        std::vector<std::byte> bytes(4);
        QVERIFY(!training.executable().read(0, kNoValue, bytes));
        QVERIFY(!training.executable().write(0, training.program().features, bytes));
    }
};

QTEST_GUILESS_MAIN(TestPlacedExecutable)
#include "tst_placed_executable.moc"
