// Cutting programs at the borders of devices: a simulated run over the planned memory of every device must find each value,
// in the version the whole program means, wherever a part reads it.
#include <QtTest>

#include <map>
#include <set>

#include "engine/program/build.h"
#include "engine/program/memory_plan.h"
#include "engine/program/partition.h"
#include "engine/program/stretches.h"
#include "tests/engine/backends/random_graph.h"
#include "tests/engine/program/programs.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

using List = std::vector<std::int64_t>;
const std::vector<std::string> kDevices{"", "cpu", "cuda:0", "cuda:1"};

// Every layer on one of the first `devices` devices, at random.
Graph scattered(Graph graph, unsigned seed, std::size_t devices)
{
    std::mt19937 random(seed * 7 + 1);
    for (const Layer &layer : std::vector<Layer>(graph.layers()))
        graph.edit(layer.id)->device = kDevices[random() % devices];
    return graph;
}

Program built(const Graph &graph, Mode mode, const std::string &optimizer = "adam", bool optimize = true)
{
    BuildOptions options;
    options.mode = mode;
    options.batchSize = 3;
    options.optimize = optimize;
    options.optimizer.type = optimizer;
    return builtOrThrown(graph, smallImages(7), options);
}

// Both of one graph have the same devices in the same order, as they come from the same layers.
std::vector<Program> trainAndEvaluate(const Graph &graph, const std::string &optimizer = "adam", bool optimize = true)
{
    return {built(graph, Mode::Train, optimizer, optimize), built(graph, Mode::Evaluate, optimizer, optimize)};
}

Partition partitioned(const std::vector<Program> &programs)
{
    std::vector<const Program *> whole;
    for (const Program &program : programs)
        whole.push_back(&program);
    auto partition = partitionPrograms(whole);
    if (!partition)
        throw std::runtime_error(partition.error().message);
    return std::move(*partition);
}

Graph chain(const std::vector<std::pair<std::string, std::string>> &layers)
{
    static const std::map<std::string, ParameterMap> kSettings{{"input", {{"shape", List{6, 5, 4}}}}, {"dense", {{"units", std::int64_t{3}}}}};
    Graph graph;
    std::vector<LayerId> before;
    for (const auto &[type, device] : layers) {
        const auto settings = kSettings.find(type);
        before = {addAfter(graph, type, before, settings == kSettings.end() ? ParameterMap() : settings->second)};
        graph.edit(before[0])->device = device;
    }
    return graph;
}

// Odd sizes, as a backend might choose them: workspaces of its own format, scratch for some ops.
StorageNeeds needsOf(const Program &program)
{
    StorageNeeds needs;
    for (const Value &value : program.list.values)
        needs.valueBytes.push_back(value.role == Role::Dataset ? 0 : value.type.bytes());
    for (std::size_t i = 0; i < program.list.ops.size(); ++i) {
        needs.scratchBytes.push_back(i % 3 == 0 ? 100 + 511 * i % 7000 : 0);
        for (const ValueId output : program.list.ops[i].outputs)
            if (output != kNoValue && program.list.value(output).role == Role::Workspace)
                needs.valueBytes[static_cast<std::size_t>(output)] += 1037;
    }
    return needs;
}

// Programs run over byte-sized memories in which every byte knows which content it has.
class Simulation {
public:
    Simulation(const std::vector<Program> &programs, const Partition &partition)
        : m_programs(programs), m_partition(partition), m_plans(partition.parts.size())
    {
        const std::size_t devices = programs.front().devices.size();
        m_arenas.resize(devices);
        for (std::size_t d = 0; d < devices; ++d) {
            std::vector<const Program *> own;
            std::vector<StorageNeeds> needs;
            std::vector<std::size_t> parts;
            for (std::size_t i = 0; i < partition.parts.size(); ++i)
                if (partition.parts[i].device == static_cast<std::int32_t>(d)) {
                    parts.push_back(i);
                    own.push_back(&partition.parts[i].content);
                    needs.push_back(needsOf(partition.parts[i].content));
                }
            if (own.empty())
                continue;
            auto plans = planMemory(own, needs);
            for (std::size_t k = 0; k < parts.size(); ++k)
                m_plans[parts[k]] = std::move(plans[k]);
            m_arenas[d].assign(m_plans[parts[0]].arenaBytes(), -1);
        }
        // The host writes all trained state once.
        for (std::size_t p = 0; p < programs.size(); ++p)
            for (std::size_t v = 0; v < programs[p].list.values.size(); ++v)
                if (isState(programs[p].list.values[v]))
                    hostWrites(p, static_cast<ValueId>(v));
    }

    const std::string &fault() const { return m_fault; }

    void step(std::size_t p)
    {
        const Program &program = m_programs[p];
        const PartitionedProgram &whole = m_partition.programs[p];
        m_step = ++m_steps;
        for (std::size_t i = whole.begin; i < whole.end; ++i)
            if (const ValueId indices = m_partition.parts[i].content.indices; indices != kNoValue)
                mark(i, indices, tag(p, program.indices));
        for (std::size_t i = whole.begin; i < whole.end && m_fault.empty(); ++i) {
            for (const BorderCopy &copy : m_partition.parts[i].before)
                run(p, copy);
            runPart(p, i);
        }
        for (const BorderCopy &copy : whole.after)
            run(p, copy);
        for (const Op &op : program.list.ops)
            for (const ValueId changed : op.mutates)
                ++m_versions[keyOf(p, changed)];
        // What the host reads: state at home, metrics, loss and predictions.
        for (std::size_t v = 0; v < program.list.values.size(); ++v) {
            const auto id = static_cast<ValueId>(v);
            const Value &value = program.list.values[v];
            const bool read = isState(value) || value.role == Role::Metric || id == program.loss
                              || (program.mode != Mode::Train && id == program.predictions);
            if (!read)
                continue;
            const PartValue at = whole.values[v];
            if (at.id == kNoValue)
                blame("the host finds no " + value.name);
            else if (value.role != Role::Metric && !holds(at.part, at.id, tag(p, id)))
                blame("the host reads something else than " + std::to_string(v) + " " + value.name);
        }
        for (const ValueId accumulator : m_partition.parts[whole.metricsPart].content.accumulators)
            if (!holds(whole.metricsPart, accumulator, tag(p, original(whole.metricsPart, accumulator))))
                blame("metric sums " + std::to_string(accumulator));
    }

private:
    static bool isState(const Value &value)
    {
        return value.role == Role::Parameter || value.role == Role::State || value.role == Role::OptimizerState;
    }
    ValueId original(std::size_t part, ValueId id) const { return m_partition.parts[part].values[static_cast<std::size_t>(id)]; }
    void blame(const std::string &what)
    {
        if (m_fault.empty())
            m_fault = "step " + std::to_string(m_step) + ": " + what;
    }

    // The value whose bytes a view shows.
    static ValueId viewed(const Program &program, ValueId id)
    {
        for (const Op &op : program.list.ops)
            if (opSpec(op.kind).isView && op.outputs[0] == id)
                return viewed(program, op.inputs[0]);
        return id;
    }

    std::string keyOf(std::size_t p, ValueId id) const
    {
        const Value &value = m_programs[p].list.value(id);
        if (isState(value))
            return value.name;
        if (value.role == Role::Metric)
            return "#" + std::to_string(p) + value.name;
        return std::to_string(m_step) + "#" + std::to_string(p) + "/" + std::to_string(viewed(m_programs[p], id));
    }
    // Which content a value has before op `at` of the whole program: another one in every step, and after every change.
    int tag(std::size_t p, ValueId id, std::size_t at = 0)
    {
        const auto &ops = m_programs[p].list.ops;
        const auto changes = std::count_if(ops.begin(), ops.begin() + static_cast<std::ptrdiff_t>(at), [&](const Op &op) {
            return std::find(op.mutates.begin(), op.mutates.end(), id) != op.mutates.end();
        });
        const std::string key = keyOf(p, id);
        return m_tags.try_emplace(key + "@" + std::to_string(m_versions[key] + changes), static_cast<int>(m_tags.size())).first->second;
    }

    std::vector<int> &arena(std::size_t part) { return m_arenas[static_cast<std::size_t>(m_partition.parts[part].device)]; }
    void mark(std::size_t part, const Placement &place, int content)
    {
        std::fill_n(arena(part).begin() + static_cast<std::ptrdiff_t>(place.offset), place.bytes, content);
    }
    void mark(std::size_t part, ValueId id, int content) { mark(part, m_plans[part].values[static_cast<std::size_t>(id)], content); }
    bool holds(std::size_t part, ValueId id, int content)
    {
        const Placement &place = m_plans[part].values[static_cast<std::size_t>(id)];
        const auto begin = arena(part).begin() + static_cast<std::ptrdiff_t>(place.offset);
        return place.bytes > 0 && std::all_of(begin, begin + static_cast<std::ptrdiff_t>(place.bytes), [&](int one) { return one == content; });
    }

    void hostWrites(std::size_t p, ValueId id)
    {
        const PartValue at = m_partition.programs[p].values[static_cast<std::size_t>(id)];
        if (at.id == kNoValue)
            return blame("the host finds no " + m_programs[p].list.value(id).name);
        mark(at.part, at.id, tag(p, id));
    }

    void run(std::size_t p, const BorderCopy &copy)
    {
        const ValueId id = original(copy.to.part, copy.to.id);
        if (m_partition.parts[copy.from.part].device == m_partition.parts[copy.to.part].device)
            blame("a copy within a device");
        if (copy.bytes != m_programs[p].list.value(id).type.bytes())
            blame("a copy of the wrong size");
        const int content = arena(copy.from.part)[m_plans[copy.from.part].values[static_cast<std::size_t>(copy.from.id)].offset];
        if (!holds(copy.from.part, copy.from.id, content))
            blame("a copy of value " + std::to_string(id) + " takes a mixture");
        mark(copy.to.part, copy.to.id, content);
    }

    void runPart(std::size_t p, std::size_t part)
    {
        const OpList &list = m_partition.parts[part].content.list;
        for (std::size_t i = 0; i < list.ops.size(); ++i) {
            const Op &op = list.ops[i];
            const std::size_t at = m_partition.parts[part].ops[i];
            const std::string where = opSpec(op.kind).name + std::string(" of part ") + std::to_string(part);
            for (const ValueId input : op.inputs) {
                if (input == kNoValue || list.value(input).role == Role::Dataset)
                    continue;
                const ValueId id = original(part, input);
                const bool fresh = list.value(input).role == Role::Metric
                                   && m_versions["#" + std::to_string(p) + m_programs[p].list.value(id).name] == 0;
                if (!fresh && !holds(part, input, tag(p, id, at)))
                    blame(where + " does not find value " + std::to_string(id));
            }
            mark(part, m_plans[part].scratch[i], -2);
            for (const ValueId output : op.outputs)
                if (output != kNoValue && !opSpec(op.kind).isView)
                    mark(part, output, tag(p, original(part, output), at));
            for (const ValueId changed : op.mutates)
                mark(part, changed, tag(p, original(part, changed), at + 1));
        }
    }

    const std::vector<Program> &m_programs;
    const Partition &m_partition;
    std::vector<MemoryPlan> m_plans;
    std::vector<std::vector<int>> m_arenas;  // per device
    std::map<std::string, int> m_tags, m_versions;
    int m_step = 0, m_steps = 0;
    std::string m_fault;
};

}  // namespace

class TestPartition : public QObject {
    Q_OBJECT

    static std::vector<int> deviceOrder(const Program &program)
    {
        std::vector<int> devices;
        for (const Stretch &stretch : stretchesOf(program))
            devices.push_back(stretch.device);
        return devices;
    }

private slots:
    void aProgramOfOneDeviceKeepsItsOrder()
    {
        for (unsigned seed = 0; seed < 20; ++seed) {
            const Program program = built(randomGraph(seed, 25), Mode::Train);
            const auto stretches = stretchesOf(program);
            QCOMPARE(stretches.size(), std::size_t{1});
            for (std::size_t i = 0; i < program.list.ops.size(); ++i)
                QCOMPARE(stretches[0].ops[i], i);
        }
    }

    void anOpFollowsItsLayerForwardAndBackward()
    {
        const Graph graph = chain({{"input", ""}, {"flatten", ""}, {"dense", "cpu"}, {"relu", "cpu"}, {"dense", ""}, {"softmax_cross_entropy", ""}});
        const Program program = built(graph, Mode::Train);
        QCOMPARE(program.devices, (std::vector<std::string>{"", "cpu"}));
        int updates = 0;
        for (const Op &op : program.list.ops) {
            if (op.layer >= 0)
                QCOMPARE(program.devices[static_cast<std::size_t>(op.device)],
                         graph.findByName(program.layerNames[static_cast<std::size_t>(op.layer)])->device);
            else if (op.kind == OpKind::AdamUpdate)
                for (std::size_t i = 0; i < op.inputs.size(); i += 4) {
                    const Value &parameter = program.list.value(op.inputs[i]);
                    QCOMPARE(op.device, std::int32_t{parameter.name.starts_with("dense/") ? 1 : 0});
                    ++updates;
                }
        }
        QCOMPARE(updates, 4);  // weights and bias of both dense layers
    }

    void theBatchIsGatheredWhereItIsUsed()
    {
        const Program program =
            built(chain({{"input", "cuda:0"}, {"flatten", "cuda:0"}, {"dense", "cuda:0"}, {"softmax_cross_entropy", "cpu"}}), Mode::Train);
        std::vector<std::string> gathers;
        for (const Op &op : program.list.ops)
            if (op.kind == OpKind::GatherRows)
                gathers.push_back(program.devices[static_cast<std::size_t>(op.device)]);
        QCOMPARE(gathers, (std::vector<std::string>{"cuda:0", "cpu"}));
    }

    void theRunsOwnDeviceIsNoOther()
    {
        BuildOptions options;
        options.device = "cpu";
        DataTypes data;
        data.features = {DType::F32, Shape{40, 6, 5, 4}};
        data.targets = {DType::I32, Shape{40}};
        const Graph graph = chain({{"input", ""}, {"flatten", ""}, {"dense", "cpu"}, {"relu", ""}, {"dense", ""}, {"softmax_cross_entropy", ""}});
        const auto program = buildProgram(graph, data, options);
        QVERIFY(program);
        QCOMPARE(program->devices.size(), std::size_t{1});
        for (const Op &op : program->list.ops)
            QVERIFY(op.kind != OpKind::Activate);  // still goes into the dense op before it
    }

    void opsOfTwoDevicesAreNotFused()
    {
        const auto activations = [](const char *device) {
            const Program program = built(
                chain({{"input", ""}, {"flatten", ""}, {"dense", ""}, {"relu", device}, {"dense", ""}, {"softmax_cross_entropy", ""}}), Mode::Train);
            return std::count_if(program.list.ops.begin(), program.list.ops.end(), [](const Op &op) { return op.kind == OpKind::Activate; });
        };
        QCOMPARE(activations(""), std::ptrdiff_t{0});
        QCOMPARE(activations("cpu"), std::ptrdiff_t{1});
    }

    void aMiddleOnAnotherDeviceMakesFiveStretchesAndNoMore()
    {
        // There, to the middle, to the loss; back through the middle with its update; back to the beginning.
        const Program program = built(chain({{"input", ""}, {"conv2d", ""}, {"conv2d", "cpu"}, {"relu", "cpu"}, {"flatten", ""}, {"dense", ""},
                                             {"softmax_cross_entropy", ""}}),
                                      Mode::Train);
        QCOMPARE(deviceOrder(program), (std::vector<int>{0, 1, 0, 1, 0}));
    }

    void aTailOnAnotherDeviceMakesThree()
    {
        const Program program =
            built(chain({{"input", ""}, {"conv2d", ""}, {"flatten", "cpu"}, {"dense", "cpu"}, {"softmax_cross_entropy", "cpu"}}), Mode::Train);
        const std::vector<int> order = deviceOrder(program);
        // The targets are gathered first where the loss is, if that comes first in the list.
        QVERIFY(order == (std::vector<int>{0, 1, 0}) || order == (std::vector<int>{1, 0, 1, 0}));
    }

    void onlyWhatIsNeededCrosses()
    {
        const std::vector<Program> programs{
            built(chain({{"input", ""}, {"conv2d", ""}, {"flatten", ""}, {"dense", "cpu"}, {"softmax_cross_entropy", "cpu"}}), Mode::Train, "sgd")};
        const Partition partition = partitioned(programs);
        std::map<std::pair<int, int>, std::uint64_t> bytes;
        for (const ProgramPart &part : partition.parts)
            for (const BorderCopy &copy : part.before)
                bytes[{partition.parts[copy.from.part].device, partition.parts[copy.to.part].device}] += copy.bytes;
        // The output of the convolution, 6x5x16 of 3 samples in float32, goes over, and its gradient comes back.
        const std::uint64_t activation = 3 * 6 * 5 * 16 * 4;
        QCOMPARE(bytes.size(), std::size_t{2});
        QCOMPARE((bytes[{0, 1}]), activation);
        QCOMPARE((bytes[{1, 0}]), activation);
        QVERIFY(partition.programs[0].after.empty());
    }

    void aValueCrossesOnceHoweverManyReadIt()
    {
        Graph graph;
        const LayerId input = addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}});
        const LayerId first = addAfter(graph, "conv2d", {input}, {{"filters", std::int64_t{4}}});
        const LayerId a = addAfter(graph, "relu", {first}), b = addAfter(graph, "tanh", {first});
        const LayerId sum = addAfter(graph, "add", {a, b});
        const LayerId flat = addAfter(graph, "flatten", {sum});
        const LayerId dense = addAfter(graph, "dense", {flat}, {{"units", std::int64_t{3}}});
        const LayerId loss = addAfter(graph, "softmax_cross_entropy", {dense});
        for (const LayerId id : {a, b, sum, flat, dense, loss})
            graph.edit(id)->device = "cpu";
        const std::vector<Program> programs{built(graph, Mode::Evaluate)};
        const Partition partition = partitioned(programs);
        std::size_t copies = 0;
        for (const ProgramPart &part : partition.parts)
            copies += part.before.size();
        QCOMPARE(copies, std::size_t{1});
    }

    void everyPartFindsWhatItReads_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 0; seed < 80; ++seed)
            QTest::addRow("graph %u", seed) << seed;
    }

    void everyPartFindsWhatItReads()
    {
        QFETCH(unsigned, seed);
        const Graph graph = scattered(randomGraph(seed, 3 + static_cast<int>(seed % 41)), seed, 2 + seed % 3);
        const std::vector<Program> programs = trainAndEvaluate(graph, seed % 2 ? "adam" : "sgd", seed % 5 != 0);
        QCOMPARE(programs[0].devices, programs[1].devices);
        const Partition partition = partitioned(programs);
        std::set<std::pair<std::size_t, std::size_t>> seen;
        for (const ProgramPart &part : partition.parts) {
            QVERIFY(!part.ops.empty());
            QCOMPARE(part.content.list.ops.size(), part.ops.size());
            for (const std::size_t op : part.ops) {
                QVERIFY(seen.insert({part.program, op}).second);
                QCOMPARE(programs[part.program].list.ops[op].device, part.device);
            }
        }
        QCOMPARE(seen.size(), programs[0].list.ops.size() + programs[1].list.ops.size());
        Simulation simulation(programs, partition);
        for (const std::size_t program : {0, 0, 1, 1, 0, 1}) {
            simulation.step(program);
            QVERIFY2(simulation.fault().empty(), simulation.fault().c_str());
        }
    }

    void stateChangedAwayFromItsHomeGoesBack()
    {
        // No layer does this; a pass might. The sum of two devices' flags, say.
        Program program = built(chain({{"input", ""}, {"flatten", ""}, {"dense", ""}, {"softmax_cross_entropy", ""}}), Mode::Evaluate);
        program.devices = {"", "cpu"};
        const ValueId count = OpBuilder(program.list).addValue({DType::F64, Shape{2}}, Role::State, "count");
        for (const std::int32_t device : {0, 1})
            program.list.ops.push_back({OpKind::AccumulateLoss, NoAttributes{}, {program.loss, count}, {}, {count}, -1, device});
        const std::vector<Program> programs{program};
        const Partition partition = partitioned(programs);
        QCOMPARE(partition.programs[0].after.size(), std::size_t{1});
        Simulation simulation(programs, partition);
        for (int step = 0; step < 3; ++step) {
            simulation.step(0);
            QVERIFY2(simulation.fault().empty(), simulation.fault().c_str());
        }
    }

    void whatIsReadIsReadBeforeItIsChanged()
    {
        // The change could run in the first stretch, but another device has to read the old content first.
        Program program = built(chain({{"input", ""}, {"flatten", ""}, {"dense", ""}, {"softmax_cross_entropy", ""}}), Mode::Evaluate);
        program.devices = {"", "cpu"};
        OpBuilder builder(program.list);
        const ValueId old = builder.addValue({DType::F64, Shape{2}}, Role::State, "old"),
                      other = builder.addValue({DType::F64, Shape{2}}, Role::State, "other");
        program.list.ops.push_back({OpKind::AccumulateLoss, NoAttributes{}, {old, other}, {}, {other}, -1, 1});
        program.list.ops.push_back({OpKind::AccumulateLoss, NoAttributes{}, {program.loss, old}, {}, {old}, -1, 0});
        const std::vector<Program> programs{program};
        const Partition partition = partitioned(programs);
        Simulation simulation(programs, partition);
        simulation.step(0);
        QVERIFY2(simulation.fault().empty(), simulation.fault().c_str());
    }

    void aMetricCountsOnInALaterPart()
    {
        Program program = built(chain({{"input", ""}, {"flatten", ""}, {"dense", ""}, {"softmax_cross_entropy", ""}}), Mode::Evaluate);
        program.devices = {"", "cpu"};
        const ValueId sums = program.accumulators.front();
        OpBuilder builder(program.list);
        const ValueId twice = *builder.addOne(OpKind::Add, NoAttributes{}, {program.loss, program.loss});
        program.list.ops.back().device = 1;
        program.list.ops.push_back({OpKind::AccumulateLoss, NoAttributes{}, {twice, sums}, {}, {sums}, -1, 0});
        const std::vector<Program> programs{program};
        const Partition partition = partitioned(programs);
        QCOMPARE(partition.parts.size(), std::size_t{3});
        QCOMPARE(partition.programs[0].metricsPart, std::size_t{2});
        Simulation simulation(programs, partition);
        for (int step = 0; step < 3; ++step) {
            simulation.step(0);
            QVERIFY2(simulation.fault().empty(), simulation.fault().c_str());
        }
    }

    void parametersThatNothingReadsStillHaveAPlace()
    {
        std::vector<Program> programs =
            trainAndEvaluate(chain({{"input", ""}, {"conv2d", "cpu"}, {"flatten", ""}, {"dense", ""}, {"softmax_cross_entropy", ""}}));
        for (Program &program : programs)
            OpBuilder(program.list).addValue({DType::F32, Shape{5}}, Role::Parameter, "idle/weights", true);
        const Partition partition = partitioned(programs);
        const PartValue first = partition.programs[0].values.back(), second = partition.programs[1].values.back();
        QVERIFY(first.id != kNoValue);
        QVERIFY(second.id != kNoValue);
        QCOMPARE(partition.parts[first.part].device, partition.parts[second.part].device);  // one memory
    }
};

QTEST_GUILESS_MAIN(TestPartition)
#include "tst_partition.moc"
