// The passes for devices where launches are dear: the loss with its gradient, and chains of elementwise ops.
#include <QtTest>

#include "tests/engine/backends/random_graph.h"
#include "tests/engine/program/programs.h"
#include "tests/engine/program/soundness.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

using List = std::vector<std::int64_t>;

Program built(const Graph &graph, Mode mode = Mode::Train, Precision precision = Precision::Float32, bool deviceFusion = true)
{
    BuildOptions options;
    options.mode = mode;
    options.batchSize = 8;
    options.precision = precision;
    options.deviceFusion = deviceFusion;
    return builtOrThrown(graph, smallImages(20), options);
}

// input, the layers in a row, flatten, dense, loss
Graph between(const std::vector<std::pair<std::string, ParameterMap>> &layers)
{
    Graph graph;
    LayerId before = addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}});
    for (const auto &[type, settings] : layers)
        before = addAfter(graph, type, {before}, settings);
    const LayerId scores = addAfter(graph, "dense", {addAfter(graph, "flatten", {before})}, {{"units", std::int64_t{3}}});
    addAfter(graph, "softmax_cross_entropy", {scores});
    return graph;
}

std::vector<Op> chainsOf(const Program &program)
{
    std::vector<Op> chains;
    for (const Op &op : program.list.ops)
        if (op.kind == OpKind::ElementwiseChain)
            chains.push_back(op);
    return chains;
}

std::vector<ElementwiseCode> codesOf(const Op &chain)
{
    std::vector<ElementwiseCode> codes;
    for (const ElementwiseInstruction &one : std::get<ElementwiseChainAttributes>(chain.attributes).instructions)
        codes.push_back(one.code);
    return codes;
}

// A list of ops by hand: a batch, and what is made of it. Everything is forward.
struct ByHand {
    Program program;
    OpBuilder builder{program.list};
    ValueId x;

    explicit ByHand(Shape shape = {4, 6})
    {
        program.mode = Mode::Predict;
        x = builder.addValue({DType::F32, std::move(shape)}, Role::Data, "x");
    }
    ValueId relu(ValueId a) { return *builder.addOne(OpKind::Activate, ActivationAttributes{ActivationKind::Relu}, {a}); }
    ValueId add(ValueId a, ValueId b) { return *builder.addOne(OpKind::Add, NoAttributes{}, {a, b}); }
    ValueId multiply(ValueId a, ValueId b) { return *builder.addOne(OpKind::Multiply, NoAttributes{}, {a, b}); }
    ValueId softmax(ValueId a) { return *builder.addOne(OpKind::Softmax, NoAttributes{}, {a}); }
    ValueId reshape(ValueId a, std::vector<std::int64_t> sample) { return *builder.addOne(OpKind::Reshape, ReshapeAttributes{std::move(sample)}, {a}); }

    Program fused(ValueId predictions)
    {
        program.predictions = predictions;
        program.backwardBegin = program.updateBegin = program.list.ops.size();
        Program copy = program;
        fuseElementwise(copy);
        return copy;
    }
};

std::vector<OpKind> kindsOf(const Program &program)
{
    std::vector<OpKind> kinds;
    for (const Op &op : program.list.ops)
        kinds.push_back(op.kind);
    return kinds;
}

}  // namespace

class TestDeviceFusion : public QObject {
    Q_OBJECT

private slots:
    void everyFusedProgramIsSound()
    {
        std::size_t chains = 0;
        for (unsigned seed = 0; seed < 80; ++seed)
            for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict})
                for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16}) {
                    const Program program = built(randomGraph(seed, 3 + static_cast<int>(seed % 40)), mode, precision);
                    const std::string fault = unsoundness(program);
                    QVERIFY2(fault.empty(), fault.c_str());
                    for (const Op &chain : chainsOf(program)) {
                        ++chains;
                        std::vector<TensorType> inputs;
                        for (const ValueId input : chain.inputs)
                            inputs.push_back(program.list.value(input).type);
                        const auto outputs = opSpec(OpKind::ElementwiseChain).inferOutputs(chain.attributes, inputs);
                        QVERIFY2(outputs, outputs ? "" : outputs.error().message.c_str());
                        QCOMPARE(outputs->size(), chain.outputs.size());
                        for (std::size_t k = 0; k < outputs->size(); ++k) {
                            QCOMPARE((*outputs)[k].type.dtype, program.list.value(chain.outputs[k]).type.dtype);
                            QCOMPARE((*outputs)[k].type.bytes(), program.list.value(chain.outputs[k]).type.bytes());
                        }
                    }
                }
        QVERIFY2(chains > 300, qPrintable(QString::number(chains)));
    }

    void opsInARowBecomeOneOpEachWay()
    {
        const Program program = built(between({{"conv2d", {}}, {"gelu", {}}, {"dropout", {{"rate", 0.25}}}}));
        const auto chains = chainsOf(program);
        QCOMPARE(chains.size(), std::size_t{2});
        QCOMPARE(codesOf(chains[0]), (std::vector{ElementwiseCode::Activate, ElementwiseCode::Dropout}));
        QCOMPARE(codesOf(chains[1]), (std::vector{ElementwiseCode::Dropout, ElementwiseCode::ActivateGrad}));
        QCOMPARE(count(program, OpKind::Activate) + count(program, OpKind::ActivateGrad) + count(program, OpKind::Dropout), std::size_t{0});
        const auto &forward = std::get<ElementwiseChainAttributes>(chains[0].attributes), &backward = std::get<ElementwiseChainAttributes>(chains[1].attributes);
        QCOMPARE(forward.instructions[1].parameter, 0.25f);
        QCOMPARE(forward.instructions[1].key, backward.instructions[0].key);
        QCOMPARE(chains[0].inputs.size(), std::size_t{1});
        QCOMPARE(chains[1].inputs.size(), std::size_t{2});
    }

    void aSumWithItsActivationIsTwoInstructions()
    {
        Graph graph;
        const LayerId input = addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}});
        const LayerId conv = addAfter(graph, "conv2d", {input}, {{"filters", std::int64_t{4}}});
        const LayerId sum = addAfter(graph, "relu", {addAfter(graph, "add", {conv, input})});
        const LayerId product = addAfter(graph, "multiply", {sum, input});
        addAfter(graph, "softmax_cross_entropy", {addAfter(graph, "dense", {addAfter(graph, "flatten", {product})}, {{"units", std::int64_t{3}}})});
        const auto chains = chainsOf(built(graph, Mode::Predict));
        QCOMPARE(chains.size(), std::size_t{1});
        QCOMPARE(codesOf(chains[0]), (std::vector{ElementwiseCode::Add, ElementwiseCode::Activate, ElementwiseCode::Multiply}));
        QCOMPARE(chains[0].inputs.size(), std::size_t{2});  // the input goes in once and is used twice
        QCOMPARE(chains[0].outputs.size(), std::size_t{1});
    }

    void aTreeIsOneChain()
    {
        ByHand hand;
        const ValueId left = hand.multiply(hand.relu(hand.x), hand.x), right = hand.add(hand.relu(hand.x), hand.x);
        const Program program = hand.fused(hand.add(left, right));
        QCOMPARE(kindsOf(program), std::vector{OpKind::ElementwiseChain});
        QCOMPARE(program.list.ops[0].inputs, std::vector{hand.x});
        QCOMPARE(program.list.ops[0].outputs, std::vector{program.predictions});
        QCOMPARE(program.backwardBegin, std::size_t{1});
    }

    void aValueOthersReadIsAnOutputToo()
    {
        ByHand hand;
        const ValueId first = hand.relu(hand.x), second = hand.multiply(first, hand.x), after = hand.softmax(first);
        const Program program = hand.fused(hand.add(hand.softmax(second), after));
        QCOMPARE(program.list.ops[0].kind, OpKind::ElementwiseChain);
        QCOMPARE(program.list.ops[0].outputs, (std::vector{second, first}));
    }

    void whoeverReadsInBetweenKeepsOpsApart()
    {
        // The softmax reads the relu and is read by the product: joined, the two could run neither before nor after it.
        ByHand hand;
        const ValueId first = hand.relu(hand.x), between = hand.softmax(first);
        const Program program = hand.fused(hand.multiply(first, between));
        QCOMPARE(kindsOf(program), (std::vector{OpKind::Activate, OpKind::Softmax, OpKind::Multiply}));
    }

    void aReshapeInBetweenGoesToo()
    {
        ByHand hand;
        const ValueId flat = hand.reshape(hand.relu(hand.x), {2, 3});
        const ValueId other = hand.builder.addValue({DType::F32, {4, 2, 3}}, Role::Data, "other");
        const Program program = hand.fused(hand.multiply(flat, other));
        QCOMPARE(kindsOf(program), std::vector{OpKind::ElementwiseChain});
        QCOMPARE(program.list.ops[0].inputs, (std::vector{hand.x, other}));
        // At the ends it stays what it is.
        ByHand ends;
        const Program outside = ends.fused(ends.reshape(ends.relu(ends.relu(ends.reshape(ends.x, {2, 3}))), {6}));
        QCOMPARE(kindsOf(outside), (std::vector{OpKind::Reshape, OpKind::ElementwiseChain, OpKind::Reshape}));
    }

    void aReshapeOthersReadKeepsOpsApart()
    {
        ByHand hand;
        const ValueId flat = hand.reshape(hand.relu(hand.x), {2, 3}), seen = hand.softmax(flat);
        const Program program = hand.fused(hand.add(hand.relu(flat), seen));
        QCOMPARE(count(program, OpKind::Reshape), std::size_t{1});
        QCOMPARE(program.list.ops[0].kind, OpKind::Activate);
    }

    void opsOfTwoPhasesOrDevicesStayApart()
    {
        ByHand hand;
        const ValueId last = hand.relu(hand.relu(hand.x));
        Program program = hand.program;
        program.predictions = last;
        program.backwardBegin = 1;
        program.updateBegin = 2;
        Program phases = program;
        fuseElementwise(phases);
        QCOMPARE(phases.list.ops.size(), std::size_t{2});
        program.backwardBegin = 2;
        program.list.ops[1].device = 1;
        fuseElementwise(program);
        QCOMPARE(program.list.ops.size(), std::size_t{2});
    }

    void aChainHasItsLimits()
    {
        ByHand hand;
        ValueId value = hand.x;
        for (std::size_t k = 0; k < 2 * kMostJoinedInstructions + 5; ++k)
            value = hand.relu(value);
        const Program longOne = hand.fused(value);
        QCOMPARE(longOne.list.ops.size(), std::size_t{3});
        for (const Op &op : longOne.list.ops)
            QVERIFY(codesOf(op).size() <= kMostJoinedInstructions);

        ByHand wide;
        ValueId sum = wide.x;
        for (std::size_t k = 0; k < 2 * kMaxChainInputs; ++k)
            sum = wide.add(sum, wide.builder.addValue({DType::F32, {4, 6}}, Role::Data, "more"));
        for (const Op &op : wide.fused(sum).list.ops)
            QVERIFY(op.inputs.size() <= kMaxChainInputs);
    }

    void aCastBetweenOpsIsNoInstruction()
    {
        ByHand hand;
        const ValueId low = *hand.builder.addOne(OpKind::Cast, CastAttributes{DType::BF16}, {hand.relu(hand.x)});
        const Program program = hand.fused(hand.relu(low));
        QCOMPARE(kindsOf(program), std::vector{OpKind::ElementwiseChain});
        QCOMPARE(codesOf(program.list.ops[0]).size(), std::size_t{2});
        QCOMPARE(std::get<ElementwiseChainAttributes>(program.list.ops[0].attributes).types, std::vector{DType::BF16});
    }

    void theLossAndItsGradientAreOneOp()
    {
        for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16}) {
            const Program program = built(between({{"conv2d", {}}}), Mode::Train, precision);
            QCOMPARE(count(program, OpKind::SoftmaxCrossEntropy) + count(program, OpKind::SoftmaxCrossEntropyGrad), std::size_t{0});
            QCOMPARE(count(program, OpKind::ScaleGradient), std::size_t{0});
            const auto fused = std::find_if(program.list.ops.begin(), program.list.ops.end(), [](const Op &op) { return op.kind == OpKind::SoftmaxCrossEntropyWithGrad; });
            QVERIFY(fused != program.list.ops.end());
            QVERIFY(static_cast<std::size_t>(fused - program.list.ops.begin()) < program.backwardBegin);
            QCOMPARE(fused->outputs[0], program.loss);
            QCOMPARE(program.list.value(fused->outputs[1]).type, program.list.value(fused->inputs[0]).type);
            QCOMPARE(fused->inputs.size(), std::size_t{precision == Precision::Float16 ? 3u : 2u});
            if (precision == Precision::Float16)
                QCOMPARE(program.list.value(fused->inputs[2]).name, std::string("loss_scale"));
            QCOMPARE(program.list.ops[program.backwardBegin].kind, OpKind::DenseGradWeights);
        }
    }

    void withoutAGradientTheLossStaysAsItIs()
    {
        const Program program = built(between({}), Mode::Evaluate);
        QCOMPARE(count(program, OpKind::SoftmaxCrossEntropy), std::size_t{1});
    }

    void probabilitiesSomeoneReadsAreKept()
    {
        Program program = built(between({}), Mode::Train, Precision::Float32, false);
        const auto loss = std::find_if(program.list.ops.begin(), program.list.ops.end(), [](const Op &op) { return op.kind == OpKind::SoftmaxCrossEntropy; });
        OpBuilder builder(program.list);
        QVERIFY(builder.addOne(OpKind::Softmax, NoAttributes{}, {loss->outputs[1]}));
        fuseLossGradient(program);
        QCOMPARE(count(program, OpKind::SoftmaxCrossEntropy), std::size_t{1});
        QCOMPARE(count(program, OpKind::SoftmaxCrossEntropyGrad), std::size_t{1});
    }

    void onlyDevicesThatAskForItGetIt()
    {
        const Program program = built(between({{"gelu", {}}, {"dropout", {}}}), Mode::Train, Precision::Float32, false);
        QVERIFY(chainsOf(program).empty());
        QCOMPARE(count(program, OpKind::SoftmaxCrossEntropyWithGrad), std::size_t{0});
    }
};

QTEST_GUILESS_MAIN(TestDeviceFusion)
#include "tst_device_fusion.moc"
