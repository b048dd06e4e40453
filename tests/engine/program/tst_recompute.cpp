// What is worked out a second time: which ops may be, what the backward pass reads then, and what the automatic choice is worth.
#include <QtTest>

#include <set>

#include "engine/program/choose_recomputation.h"
#include "tests/engine/backends/random_graph.h"
#include "tests/engine/program/programs.h"
#include "tests/engine/program/soundness.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

Program trained(const Graph &graph, bool deviceFusion = false, Precision precision = Precision::Float32)
{
    BuildOptions options;
    options.batchSize = 8;
    options.deviceFusion = deviceFusion;
    options.precision = precision;
    return builtOrThrown(graph, smallImages(20), options);
}

// Ops whose results only the second run serves must not be read by the backward pass any more.
bool readsTheFirstRun(const Program &before, const OpChoice &ops, const Recomputed &after)
{
    std::set<ValueId> first;
    for (std::size_t i = 0; i < before.backwardBegin; ++i)
        if (ops[i])
            first.insert(before.list.ops[i].outputs.begin(), before.list.ops[i].outputs.end());
    first.erase(kNoValue);
    for (std::size_t i = after.program.backwardBegin; i < after.program.list.ops.size(); ++i)
        for (const ValueId input : after.program.list.ops[i].inputs)
            if (first.contains(input))
                return true;
    return false;
}

StorageNeeds declaredNeeds(const Program &program)
{
    StorageNeeds needs;
    for (const Value &value : program.list.values)
        needs.valueBytes.push_back(value.role == Role::Dataset ? 0 : value.type.bytes());
    needs.scratchBytes.resize(program.list.ops.size());
    return needs;
}

MemoryPlan planOf(const Program &program)
{
    const Program *pointer = &program;
    const StorageNeeds needs = declaredNeeds(program);
    return planMemory(std::span(&pointer, 1), std::span(&needs, 1)).front();
}

Graph deepNet(int depth)
{
    Graph graph;
    LayerId before = addAfter(graph, "input", {}, {{"shape", std::vector<std::int64_t>{6, 5, 4}}});
    for (int i = 0; i < depth; ++i) {
        before = addAfter(graph, "conv2d", {before}, {{"filters", std::int64_t{16}}, {"bias", false}});
        before = addAfter(graph, "batch_norm", {before});
        before = addAfter(graph, "gelu", {before});
    }
    before = addAfter(graph, "flatten", {before});
    before = addAfter(graph, "dense", {before}, {{"units", std::int64_t{3}}});
    addAfter(graph, "softmax_cross_entropy", {before});
    return graph;
}

// input -> block, three times the definition conv2d, batch_norm, relu -> flatten, dense, loss
Graph repeatedBlock()
{
    Graph body;
    LayerId before = addAfter(body, "block_input", {});
    for (const char *type : {"conv2d", "batch_norm", "relu"})
        before = addAfter(body, type, {before}, type == std::string("conv2d") ? ParameterMap{{"filters", std::int64_t{4}}} : ParameterMap{});
    addAfter(body, "block_output", {before});
    Graph graph;
    graph.setBlock("unit", body);
    before = addAfter(graph, "input", {}, {{"shape", std::vector<std::int64_t>{6, 5, 4}}});
    const LayerId block = graph.add("block");
    graph.edit(block)->block = "unit";
    graph.edit(block)->parameters["repeat"] = std::int64_t{3};
    (void)graph.connect({before, block, 0});
    before = addAfter(graph, "flatten", {block});
    before = addAfter(graph, "dense", {before}, {{"units", std::int64_t{3}}});
    addAfter(graph, "softmax_cross_entropy", {before});
    return graph;
}

}  // namespace

class TestRecompute : public QObject {
    Q_OBJECT
private slots:
    void nothingChosenIsTheSameProgram()
    {
        const Program program = trained(randomGraph(3, 20));
        const Recomputed same = recompute(program, OpChoice(program.list.ops.size()));
        QCOMPARE(same.program.list.ops.size(), program.list.ops.size());
        QCOMPARE(same.program.list.values.size(), program.list.values.size());
        QCOMPARE(same.program.updateBegin, program.updateBegin);
        QCOMPARE(same.flops, 0.0);
    }

    void anyChoiceIsSoundAndLeavesTheFirstRunAlone()
    {
        for (unsigned seed = 1; seed <= 60; ++seed)
            for (const bool fused : {false, true})
                for (const int share : {1, 2, 3}) {
                    const Program program = trained(randomGraph(seed, 24), fused, fused ? Precision::BFloat16 : Precision::Float32);
                    OpChoice ops = repeatableOps(program);
                    std::mt19937 random(seed);
                    for (std::size_t i = 0; i < ops.size(); ++i)
                        ops[i] = ops[i] && random() % static_cast<unsigned>(share) == 0;
                    const Recomputed again = recompute(program, ops);
                    const std::string fault = unsoundness(again.program);
                    QVERIFY2(fault.empty(), qPrintable(QString("seed %1: %2").arg(seed).arg(QString::fromStdString(fault))));
                    QVERIFY(!readsTheFirstRun(program, ops, again));
                    QCOMPARE(again.opFrom.size(), again.program.list.ops.size());
                    QCOMPARE(again.valueFrom.size(), again.program.list.values.size());
                }
    }

    void theSecondRunMovesNoStatisticsAndDrawsTheSameNumbers()
    {
        Graph graph = deepNet(2);
        const LayerId dropout = graph.add("dropout");
        graph.edit(dropout)->parameters["rate"] = 0.5;
        const LayerId flatten = graph.findByName("flatten")->id, dense = graph.findByName("dense")->id;
        graph.disconnect({flatten, dense, 0});
        (void)graph.connect({flatten, dropout, 0});
        (void)graph.connect({dropout, dense, 0});
        const Program program = trained(graph);
        const Recomputed again = recompute(program, repeatableOps(program));
        std::vector<const Op *> norms, dropouts;
        for (const Op &op : again.program.list.ops) {
            if (op.kind == OpKind::BatchNorm)
                norms.push_back(&op);
            if (op.kind == OpKind::Dropout)
                dropouts.push_back(&op);
        }
        QCOMPARE(norms.size(), std::size_t{4});
        QCOMPARE(std::count_if(norms.begin(), norms.end(), [](const Op *op) { return op->mutates.empty() && op->inputs[3] == kNoValue && op->inputs[4] == kNoValue; }), 2);
        QCOMPARE(dropouts.size(), std::size_t{3});  // forward, again, and on the gradient
        for (const Op *op : dropouts)
            QVERIFY(op->attributes == dropouts.front()->attributes);
    }

    void batchWeightsAndLossAreNotRepeated()
    {
        const Program program = trained(deepNet(2), true, Precision::Float16);
        const OpChoice ops = repeatableOps(program);
        for (std::size_t i = 0; i < program.list.ops.size(); ++i) {
            const Op &op = program.list.ops[i];
            if (op.kind == OpKind::GatherRows || op.kind == OpKind::SoftmaxCrossEntropyWithGrad || op.kind == OpKind::AccumulateLoss || i >= program.backwardBegin
                || (op.kind == OpKind::Cast && op.inputs.size() > 1))
                QVERIFY2(!ops[i], opSpec(op.kind).name);
        }
        QVERIFY(std::find(ops.begin(), ops.end(), true) != ops.end());
    }

    void aMarkedLayerIsRepeatedAndNoOther()
    {
        Graph graph = deepNet(3);
        graph.edit(graph.findByName("gelu_2")->id)->recompute = true;
        const Program program = trained(graph);
        const OpChoice ops = markedOps(program, flatten(graph));
        for (std::size_t i = 0; i < ops.size(); ++i) {
            const Op &op = program.list.ops[i];
            const bool ofLayer = op.layer >= 0 && program.layerNames[static_cast<std::size_t>(op.layer)] == "gelu_2" && i < program.backwardBegin;
            QCOMPARE(bool(ops[i]), ofLayer);
        }
    }

    // The relu of each repetition, here joined with the norm before it, stays: else all three would be one long segment.
    void aMarkedBlockKeepsItsOutput()
    {
        Graph graph = repeatedBlock();
        graph.edit(graph.findByName("block")->id)->recompute = true;
        const FlatGraph flat = flatten(graph);
        QCOMPARE(flat.checkpoints.size(), std::size_t{3});
        const Program program = trained(graph);
        const OpChoice ops = markedOps(program, flat);
        int convolutions = 0;
        for (std::size_t i = 0; i < ops.size(); ++i)
            if (ops[i]) {
                QCOMPARE(program.list.ops[i].kind, OpKind::Conv2d);
                ++convolutions;
            }
        QCOMPARE(convolutions, 3);
        QVERIFY(planOf(recompute(program, ops).program).transientBytes < planOf(program).transientBytes);
    }

    void theChoiceFitsTheBudgetAndCostsMoreTheSmallerItIs()
    {
        const Program program = trained(deepNet(12));
        const Program *pointer = &program;
        const MemoryPlan plan = planOf(program), *plans = &plan;
        const OpChoice none(program.list.ops.size());
        const auto choose = [&](double share) {
            const auto budget = plan.persistentBytes + static_cast<std::uint64_t>(share * static_cast<double>(plan.transientBytes));
            return std::pair(chooseRecomputation(std::span(&pointer, 1), std::span(&plans, 1), none, budget), budget);
        };
        QCOMPARE(choose(1.0).first.flops, 0.0);
        double flops = 0;
        for (const double share : {0.9, 0.8, 0.7, 0.6, 0.5, 0.4}) {
            const auto [choice, budget] = choose(share);
            QVERIFY2(choice.arenaBytes <= budget, qPrintable(QString::number(share)));
            const Recomputed again = recompute(program, choice.ops);
            QCOMPARE(planOf(again.program).arenaBytes(), choice.arenaBytes);  // the promise is the plan
            QCOMPARE(again.flops, choice.flops);
            QVERIFY(choice.flops >= flops * 0.9);  // a search, not an optimum: a little less for less is possible
            flops = choice.flops;
        }
        // What cannot be reached is told by the least found, which is far below what it takes without.
        const auto [least, budget] = choose(0.01);
        QVERIFY(least.arenaBytes > budget);
        QVERIFY(static_cast<double>(least.arenaBytes - plan.persistentBytes) < 0.4 * static_cast<double>(plan.transientBytes));
    }

    // Norms and activations are cheaper for the bytes they free than convolutions.
    void cheapOpsAreTakenFirst()
    {
        const Program program = trained(deepNet(8));
        const Program *pointer = &program;
        const MemoryPlan plan = planOf(program), *plans = &plan;
        const auto choice = chooseRecomputation(std::span(&pointer, 1), std::span(&plans, 1), OpChoice(program.list.ops.size()),
                                                plan.persistentBytes + plan.transientBytes * 8 / 10);
        QVERIFY(choice.flops > 0);
        for (std::size_t i = 0; i < choice.ops.size(); ++i)
            QVERIFY(!choice.ops[i] || program.list.ops[i].kind != OpKind::Conv2d);
    }
};

QTEST_GUILESS_MAIN(TestRecompute)
#include "tst_recompute.moc"
