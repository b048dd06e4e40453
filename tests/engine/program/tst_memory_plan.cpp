// The memory plan, by what it must guarantee: a simulated step marks who owns each piece of the arena, and every op must
// find its inputs still there.
#include <QtTest>

#include <map>

#include "engine/program/memory_plan.h"
#include "engine/program/recompute.h"
#include "tests/engine/backends/random_graph.h"
#include "tests/engine/program/programs.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

Program programOf(unsigned seed, Mode mode, bool optimize, Precision precision = Precision::Float32, bool deviceFusion = false)
{
    BuildOptions options;
    options.mode = mode;
    options.batchSize = 3;
    options.optimize = optimize;
    options.precision = precision;
    options.deviceFusion = deviceFusion;
    options.optimizer.type = seed % 2 ? "adam" : "sgd";
    return builtOrThrown(randomGraph(seed, 3 + static_cast<int>(seed % 41)), smallImages(7), options);
}

// Sizes as a backend might choose them: scratch for some ops, workspaces of odd sizes.
StorageNeeds needsOf(const Program &program)
{
    StorageNeeds needs;
    for (const Value &value : program.list.values)
        needs.valueBytes.push_back(value.role == Role::Dataset ? 0 : value.type.bytes() + (value.role == Role::Workspace ? 37 : 0));
    for (std::size_t i = 0; i < program.list.ops.size(); ++i)
        needs.scratchBytes.push_back(i % 3 == 0 ? 100 + 511 * i % 7000 : 0);
    return needs;
}

// Who wrote each byte last.
class Arena {
public:
    static constexpr int kNobody = -1, kScratch = -2;
    explicit Arena(std::uint64_t bytes) : m_owner(bytes, kNobody) {}
    void mark(const Placement &place, int owner)
    {
        std::fill_n(m_owner.begin() + static_cast<std::ptrdiff_t>(place.offset), place.bytes, owner);
    }
    bool holds(const Placement &place, std::uint64_t bytes, int owner) const
    {
        const auto begin = m_owner.begin() + static_cast<std::ptrdiff_t>(place.offset);
        return std::all_of(begin, begin + static_cast<std::ptrdiff_t>(bytes), [&](int one) { return one == owner; });
    }

private:
    std::vector<int> m_owner;
};

bool overlap(const Placement &a, const Placement &b)
{
    return a.bytes > 0 && b.bytes > 0 && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

bool isPersistent(Role role)
{
    return role == Role::Parameter || role == Role::State || role == Role::OptimizerState || role == Role::Data || role == Role::Metric;
}

}  // namespace

class TestMemoryPlan : public QObject {
    Q_OBJECT

    static MemoryPlan planOf(const Program &program, const StorageNeeds &needs)
    {
        const Program *only = &program;
        return planMemory(std::span(&only, 1), std::span(&needs, 1)).front();
    }

    // The value whose bytes a view shows.
    static ValueId viewed(const Program &program, ValueId id)
    {
        for (const Op &op : program.list.ops)
            if (opSpec(op.kind).isView && op.outputs[0] == id)
                return viewed(program, op.inputs[0]);
        return id;
    }

    static void simulate(const Program &program, const StorageNeeds &needs, const MemoryPlan &plan)
    {
        const auto place = [&](ValueId id) -> const Placement & { return plan.values[static_cast<std::size_t>(id)]; };
        const auto bytes = [&](ValueId id) { return needs.valueBytes[static_cast<std::size_t>(id)]; };
        Arena arena(plan.arenaBytes());
        for (std::size_t i = 0; i < program.list.values.size(); ++i)
            if (const auto id = static_cast<ValueId>(i); isPersistent(program.list.values[i].role)) {
                QVERIFY(place(id).offset + place(id).bytes <= plan.persistentBytes);
                arena.mark(place(id), viewed(program, id));
            }
        const auto intact = [&](ValueId id) { return arena.holds(place(id), bytes(id), viewed(program, id)); };
        for (std::size_t i = 0; i < program.list.ops.size(); ++i) {
            const Op &op = program.list.ops[i];
            const QByteArray where = QString("op %1, %2").arg(i).arg(opSpec(op.kind).name).toUtf8();
            for (const ValueId input : op.inputs)
                if (input != kNoValue && program.list.value(input).role != Role::Dataset)
                    QVERIFY2(intact(input), where.constData());
            arena.mark(plan.scratch[i], Arena::kScratch);
            for (const ValueId input : op.inputs)
                if (input != kNoValue && program.list.value(input).role != Role::Dataset)
                    QVERIFY2(!overlap(plan.scratch[i], place(input)), where.constData());
            for (std::size_t k = 0; k < op.outputs.size(); ++k) {
                const ValueId output = op.outputs[k];
                if (output == kNoValue || bytes(output) == 0)
                    continue;
                QVERIFY2(place(output).bytes >= bytes(output), where.constData());
                QVERIFY2(place(output).offset + bytes(output) <= plan.arenaBytes(), where.constData());
                QVERIFY2(!overlap(plan.scratch[i], place(output)), where.constData());
                for (std::size_t j = 0; j < op.inputs.size(); ++j)
                    if (op.inputs[j] != kNoValue && program.list.value(op.inputs[j]).role != Role::Dataset && overlap(place(op.inputs[j]), place(output))) {
                        QVERIFY2(k == 0 && static_cast<int>(j) == opSpec(op.kind).inPlaceInput, where.constData());
                        QVERIFY2(place(op.inputs[j]).offset == place(output).offset, where.constData());
                    }
                for (std::size_t other = 0; other < k; ++other)
                    QVERIFY2(op.outputs[other] == kNoValue || !overlap(place(op.outputs[other]), place(output)), where.constData());
                if (!opSpec(op.kind).isView)
                    arena.mark(place(output), output);
            }
        }
        if (program.loss != kNoValue)
            QVERIFY(intact(program.loss));
        if (program.mode != Mode::Train)
            QVERIFY(intact(program.predictions));
        for (std::size_t i = 0; i < program.list.values.size(); ++i)
            if (const Role role = program.list.values[i].role; role != Role::Data && isPersistent(role))
                QVERIFY(intact(static_cast<ValueId>(i)));
    }

    // To the byte, in each part; what is trained, its gradient and what the optimizer keeps for it are of the same layer.
    static void layersAddUp(const Program &program, const MemoryPlan &plan)
    {
        QCOMPARE(plan.layers.size(), program.layerNames.size() + 1);
        MemoryBytes sum;
        for (std::size_t i = 0; i < plan.layers.size(); ++i) {
            QCOMPARE(plan.layers[i].layer, i < program.layerNames.size() ? program.layerNames[i] : std::string());
            sum += plan.layers[i].bytes;
        }
        QCOMPARE(sum.total(), plan.arenaBytes());
        QCOMPARE(sum.parameters, plan.bytes.parameters);
        QCOMPARE(sum.gradients, plan.bytes.gradients);
        QCOMPARE(sum.optimizer, plan.bytes.optimizer);
        QCOMPARE(sum.activations, plan.bytes.activations);
        QCOMPARE(sum.workspace, plan.bytes.workspace);
        QCOMPARE(sum.data, plan.bytes.data);

        const MemoryBytes &nowhere = plan.layers.back().bytes;
        QVERIFY(nowhere.data == sum.data && nowhere.gradients == 0 && nowhere.optimizer == 0);
        std::map<std::int32_t, std::uint64_t> parameters, states;
        const auto aligned = [](std::uint64_t bytes) {
            return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
        };
        for (std::size_t i = 0; i < program.list.values.size(); ++i) {
            const Value &value = program.list.values[i];
            if (value.role == Role::Parameter || value.role == Role::State)
                parameters[value.layer] += aligned(plan.values[i].bytes);
            if (value.role == Role::OptimizerState)
                states[value.layer] += aligned(plan.values[i].bytes);
        }
        for (std::size_t i = 0; i < program.layerNames.size(); ++i) {
            const MemoryBytes &bytes = plan.layers[i].bytes;
            const auto layer = static_cast<std::int32_t>(i);
            QVERIFY(bytes.parameters >= parameters[layer] && bytes.optimizer >= states[layer]);
        }
    }

private slots:
    void everyOpFindsItsInputsAsTheyWereWritten_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 0; seed < 60; ++seed)
            QTest::addRow("graph %u", seed) << seed;
    }

    void everyOpFindsItsInputsAsTheyWereWritten()
    {
        QFETCH(unsigned, seed);
        for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict})
            for (const bool optimize : {true, false}) {
                const Program program = programOf(seed, mode, optimize);
                const StorageNeeds needs = needsOf(program);
                simulate(program, needs, planOf(program, needs));
                if (QTest::currentTestFailed())
                    return;
            }
        for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16})
            for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict}) {
                const Program program = programOf(seed, mode, true, precision, true);
                const StorageNeeds needs = needsOf(program);
                simulate(program, needs, planOf(program, needs));
                if (QTest::currentTestFailed())
                    return;
            }
    }

    void thePartsAddUpToTheArena()
    {
        for (unsigned seed = 0; seed < 60; ++seed) {
            const Program program = programOf(seed, Mode::Train, true);
            const MemoryPlan plan = planOf(program, needsOf(program));
            QCOMPARE(plan.bytes.total(), plan.arenaBytes());
            QVERIFY(plan.transientBytes >= plan.lowerBound);
            QVERIFY2(plan.transientBytes <= plan.lowerBound + plan.lowerBound / 4, qPrintable(QString("%1 for %2").arg(plan.transientBytes).arg(plan.lowerBound)));
            for (const Placement &place : plan.values)
                QCOMPARE(place.offset % kArenaAlignment, std::uint64_t{0});
            layersAddUp(program, plan);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void theLayersAddUpToTheArenaInWhateverWayOneTrains_data()
    {
        QTest::addColumn<Precision>("precision");
        QTest::addColumn<int>("batchesPerStep");
        QTest::addColumn<double>("emaDecay");
        QTest::addColumn<bool>("recomputed");
        QTest::newRow("accumulated") << Precision::Float32 << 3 << 0.0 << false;
        QTest::newRow("averaged") << Precision::Float32 << 1 << 0.999 << false;
        QTest::newRow("bfloat16") << Precision::BFloat16 << 1 << 0.0 << false;
        QTest::newRow("float16") << Precision::Float16 << 1 << 0.0 << false;
        QTest::newRow("recomputed") << Precision::Float32 << 1 << 0.0 << true;
        QTest::newRow("all together") << Precision::BFloat16 << 2 << 0.99 << true;
    }

    // All programs of a run over one arena, as a run has them.
    void theLayersAddUpToTheArenaInWhateverWayOneTrains()
    {
        QFETCH(Precision, precision);
        QFETCH(int, batchesPerStep);
        QFETCH(double, emaDecay);
        QFETCH(bool, recomputed);
        for (unsigned seed = 0; seed < 20; ++seed) {
            BuildOptions options;
            options.batchSize = 3;
            options.precision = precision;
            options.accumulationSteps = batchesPerStep;
            options.emaDecay = emaDecay;
            options.optimizer.type = "adam";
            const Graph graph = randomGraph(seed, 3 + static_cast<int>(seed % 41));
            std::vector<Program> programs{builtOrThrown(graph, smallImages(7), options)};
            if (batchesPerStep > 1) {
                options.withUpdate = false;
                programs.push_back(builtOrThrown(graph, smallImages(7), options));
            }
            if (recomputed) {
                std::vector<const Program *> whole;
                for (const Program &program : programs)
                    whole.push_back(&program);
                std::vector<Recomputed> again = recomputeAll(whole, repeatableOps(programs.front()));
                for (std::size_t i = 0; i < programs.size(); ++i)
                    programs[i] = std::move(again[i].program);
            }
            options.mode = Mode::Evaluate;
            options.withUpdate = true;
            programs.push_back(builtOrThrown(graph, smallImages(7), options));
            std::vector<const Program *> all;
            std::vector<StorageNeeds> needs;
            for (const Program &program : programs) {
                all.push_back(&program);
                needs.push_back(needsOf(program));
            }
            const std::vector<MemoryPlan> plans = planMemory(all, needs);
            for (std::size_t i = 0; i < programs.size(); ++i)
                layersAddUp(programs[i], plans[i]);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void programsOfOneArenaShareWhatHasAName()
    {
        const Program train = programOf(7, Mode::Train, true), evaluate = programOf(7, Mode::Evaluate, true);
        const Program *programs[] = {&train, &evaluate};
        const StorageNeeds needs[] = {needsOf(train), needsOf(evaluate)};
        const auto plans = planMemory(programs, needs);
        QCOMPARE(plans[0].arenaBytes(), plans[1].arenaBytes());
        QCOMPARE(plans[1].bytes.total(), plans[1].arenaBytes());
        std::map<std::string, std::uint64_t> offsets;
        std::vector<Placement> persistent;
        for (int p = 0; p < 2; ++p) {
            for (std::size_t i = 0; i < programs[p]->list.values.size(); ++i) {
                const Value &value = programs[p]->list.values[i];
                const Placement &place = plans[static_cast<std::size_t>(p)].values[i];
                if (!isPersistent(value.role) || place.bytes == 0)
                    continue;
                const bool shared = value.role != Role::Data && value.role != Role::Metric;
                const auto [known, fresh] = offsets.try_emplace(shared ? value.name : QString("%1/%2").arg(p).arg(i).toStdString(), place.offset);
                QCOMPARE(known->second, place.offset);
                for (const Placement &other : persistent)
                    if (fresh)
                        QVERIFY(!overlap(other, place));
                persistent.push_back(place);
            }
            simulate(*programs[p], needs[p], plans[static_cast<std::size_t>(p)]);
        }
    }

    void aLargerBatchNeedsMoreAndTheSameWeights()
    {
        DataTypes data;
        data.features = {DType::F32, Shape{7, 6, 5, 4}};
        data.targets = {DType::I32, Shape{7}};
        BuildOptions options;
        MemoryPlan plans[2];
        for (int i = 0; i < 2; ++i) {
            options.batchSize = i ? 64 : 8;
            const auto program = buildProgram(randomGraph(5, 20), data, options);
            QVERIFY(program);
            plans[i] = planOf(*program, needsOf(*program));
        }
        QVERIFY(plans[1].transientBytes > 4 * plans[0].transientBytes);
        QCOMPARE(plans[1].bytes.parameters, plans[0].bytes.parameters);
        QCOMPARE(plans[1].bytes.optimizer, plans[0].bytes.optimizer);
    }
};

QTEST_GUILESS_MAIN(TestMemoryPlan)
#include "tst_memory_plan.moc"
