// Every layer of the catalog, with every setting at its corners, through one contract: a problem is said and its fix
// mends it, or the layer does what its spec says, down to the gradient.
#include <QtTest>

#include "tests/engine/backends/layer_variants.h"

using namespace trainyard;
using namespace trainyard::tests;

class TestLayerContract : public QObject {
    Q_OBJECT

    std::vector<Variant> m_variants = allVariants();

    // A problem says what is wrong, and its fix mends it.
    static void mend(LayerNet &net)
    {
        for (int round = 0; round < 3; ++round) {
            const GraphAnalysis analysis = analyze(net.graph);
            if (analysis.runnable())
                return;
            const Problem problem = analysis.problems.front();
            QVERIFY(problem.message.size() > 20);
            QVERIFY2(problem.message.back() == '.', problem.message.c_str());
            if (!problem.fix)
                return;
            QVERIFY(!problem.fix->label.empty());
            net.graph.edit(problem.fix->layer)->parameters[problem.fix->key] = problem.fix->value;
            for (const Problem &left : analyze(net.graph).problems)
                QVERIFY2(left.message != problem.message, problem.message.c_str());
        }
    }

    static void emittedShapesAgree(const LayerNet &net, const Shape &declared, const std::vector<Shape> &inputs)
    {
        const Layer &layer = *net.graph.find(net.layer);
        const LayerSpec &spec = *findLayer(layer.type);
        for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict}) {
            OpList list;
            OpBuilder builder(list);
            std::vector<ValueId> values;
            for (const Shape &shape : inputs)
                values.push_back(builder.addValue({spec.takesIndices() ? DType::I32 : DType::F32, shape.withBatch(5)}, Role::Activation));
            const LayerSettings settings = settingsOf(spec, layer);
            EmitContext context{builder, settings, layer.name, values, declared, mode, 1};
            context.batchFeatures = builder.addValue({DType::F32, net.data.features.shape.withoutBatch().withBatch(5)}, Role::Data);
            context.batchTargets = mode == Mode::Predict ? kNoValue
                                                         : builder.addValue({net.data.targets.dtype, net.data.targets.shape.withoutBatch().withBatch(5)}, Role::Data);
            const auto output = spec.emitOps(context);
            QVERIFY2(output, output ? "" : output.error().message.c_str());
            QCOMPARE(builder.shape(*output).text(), declared.withBatch(5).text());
            QCOMPARE(context.report.loss != kNoValue, spec.category == Category::Loss && mode != Mode::Predict);
        }
    }

private slots:
    void everyLayerKeepsItsContract_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_variants.size(); ++i)
            QTest::newRow((m_variants[i].spec->type + " " + m_variants[i].name).c_str()) << static_cast<int>(i);
    }

    void everyLayerKeepsItsContract()
    {
        QFETCH(int, index);
        LayerNet net = netAround(m_variants[static_cast<std::size_t>(index)]);
        mend(net);
        if (QTest::currentTestFailed())
            return;
        const GraphAnalysis analysis = analyze(net.graph);
        if (!analysis.runnable()) {
            const auto refused = buildProgram(net.graph, net.data, optionsFor(Mode::Train, 3));
            QVERIFY(!refused);
            QCOMPARE(refused.error().message, analysis.problems.front().message);
            return;
        }
        const Shape declared = *analysis.layers.at(net.layer).output;
        std::vector<Shape> inputs;
        for (const Wire &wire : net.graph.wiresInto(net.layer))
            inputs.push_back(*analysis.layers.at(wire.from).output);
        emittedShapesAgree(net, declared, inputs);
        if (QTest::currentTestFailed())
            return;
        for (const Mode mode : {Mode::Evaluate, Mode::Predict}) {
            const auto program = buildProgram(net.graph, net.data, optionsFor(mode, 3));
            QVERIFY2(program, program ? "" : program.error().message.c_str());
            QCOMPARE(program->parameterCount(), analysis.parameters);
        }
        const auto program = buildProgram(net.graph, net.data, optionsFor(Mode::Train, 3));
        QVERIFY2(program, program ? "" : program.error().message.c_str());
        QCOMPARE(program->parameterCount(), analysis.parameters);
        if (program->flops() > 2e6)  // the reference is too slow for it; the shapes are checked
            return;
        const std::string fault = gradientFault(*program, {5, 2, 0, 3}, 2e-3);
        QVERIFY2(fault.empty(), fault.c_str());
    }

    void everyLayerHasAVariantThatRuns()
    {
        for (const LayerSpec &spec : layerCatalog()) {
            LayerNet net = netAround({&spec, "defaults", {}});
            mend(net);
            const GraphAnalysis analysis = analyze(net.graph);
            QVERIFY2(analysis.runnable(), analysis.runnable() ? "" : analysis.problems.front().message.c_str());
        }
    }

    void everyBadSettingIsSaidAndMended()
    {
        for (const LayerSpec &spec : layerCatalog())
            for (const ParameterSpec &parameter : spec.parameters) {
                std::vector<ParameterValue> bad;
                const auto below = static_cast<std::int64_t>(std::max(parameter.minimum, -1e15)) - 1;
                const auto above = static_cast<std::int64_t>(std::min(parameter.maximum, 1e15)) + 1;
                switch (parameter.kind) {
                case ParameterKind::Integer: bad = {below, above, std::string("3"), 1.5}; break;
                case ParameterKind::Real: bad = {parameter.minimum - 1, parameter.maximum + 1, std::nan(""), HUGE_VAL, std::int64_t{1}}; break;
                case ParameterKind::Boolean: bad = {std::string("maybe"), std::int64_t{1}}; break;
                case ParameterKind::Choice: bad = {std::string("nothing"), std::string(), true}; break;
                case ParameterKind::Pair: bad = {List{below, below}, List{above, above}, List{}, List{1}, List{1, 2, 3}, std::int64_t{3}}; break;
                case ParameterKind::IntegerList: bad = {List{below}, List{above}, List{}, List{1, 1, 1, 1, 1, 1, 1}, std::string("8x8")}; break;
                case ParameterKind::Text: bad = {std::string(), std::string(2000, 'a'), std::string("(("), std::int64_t{1}}; break;
                }
                for (const ParameterValue &value : bad) {
                    // Around a network that is sound but for this.
                    LayerNet net = netAround({&spec, "defaults", {}});
                    mend(net);
                    Layer *layer = net.graph.edit(net.layer);
                    layer->parameters[parameter.key] = value;
                    bringIntoForce(spec, parameter, layer->parameters);
                    const std::string where = spec.type + "." + parameter.key;
                    const GraphAnalysis analysis = analyze(net.graph);
                    QVERIFY2(!analysis.runnable(), where.c_str());
                    const Problem &problem = analysis.problems.front();
                    QVERIFY2(problem.layer == net.layer && problem.key == parameter.key, where.c_str());
                    QVERIFY2(problem.message.find(parameter.label) != std::string::npos, problem.message.c_str());
                    QVERIFY2(!buildProgram(net.graph, net.data, optionsFor(Mode::Train, 3)), where.c_str());
                    mend(net);
                    QVERIFY2(analyze(net.graph).runnable(), where.c_str());
                }
            }
    }

    // Wherever a layer gets an input it was not made for, it says so instead of failing later.
    void everyLayerMeetsEveryInput()
    {
        for (const LayerSpec &spec : layerCatalog()) {
            if (spec.category == Category::Input)
                continue;
            for (const Shape &shape : {Shape{1}, Shape{7}, Shape{3, 4}, Shape{1, 1, 1}, Shape{4, 4, 3}, Shape{2, 2, 2, 2}, Shape{1, 2, 1, 2, 1, 2}}) {
                Graph graph;
                const LayerId input = addAfter(graph, "input", {}, {{"shape", shape.sizes()}});
                const LayerId layer = addAfter(graph, spec.type, std::vector<LayerId>(static_cast<std::size_t>(spec.minInputs), input));
                if (spec.hasOutput)
                    addAfter(graph, "mean_squared_error", {layer});
                const GraphAnalysis analysis = analyze(graph);
                DataTypes data;
                data.features = {spec.takesIndices() ? DType::I32 : DType::F32, shape.withBatch(4)};
                const auto &output = analysis.layers.at(layer).output;
                data.targets = {DType::F32, output ? output->withBatch(4) : Shape{4, 1}};
                if (spec.type == "softmax_cross_entropy")
                    data.targets = {DType::F32, shape.withBatch(4)};
                const auto program = buildProgram(graph, data, optionsFor(Mode::Train, 2));
                QVERIFY2(static_cast<bool>(program) == analysis.runnable(),
                         qPrintable(QString("%1 after %2: %3").arg(spec.type.c_str(), shape.text().c_str(), program ? "" : program.error().message.c_str())));
                if (!program)
                    continue;
                CpuRun run(*program);
                writeStart(run, startOf(*program));
                run.run({1, 0, 0.01f, 2});
                QVERIFY(std::isfinite(run.read(program->loss)[0]));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestLayerContract)
#include "tst_layer_contract.moc"
