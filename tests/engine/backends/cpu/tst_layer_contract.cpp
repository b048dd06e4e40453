// Every layer of the catalog, with every setting at its corners, through one contract: a problem is said and its fix
// mends it, or the layer does what its spec says, down to the gradient.
#include <QtTest>

#include "tests/engine/backends/net_check.h"
#include "tests/engine/backends/random_graph.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

using List = std::vector<std::int64_t>;

struct Variant {
    const LayerSpec *spec;
    std::string name;
    ParameterMap settings;
};

std::vector<ParameterValue> cornersOf(const ParameterSpec &parameter)
{
    std::vector<ParameterValue> values;
    const auto low = static_cast<std::int64_t>(std::max(parameter.minimum, -1e6)), high = static_cast<std::int64_t>(std::min(parameter.maximum, 1e9));
    switch (parameter.kind) {
    case ParameterKind::Integer: values = {low, low + 1, low + 2, low + 3, high - 1, high}; break;
    case ParameterKind::Real: values = {parameter.minimum, 0.3 * parameter.minimum + 0.7 * std::min(parameter.maximum, 1.0), parameter.maximum}; break;
    case ParameterKind::Boolean: values = {true, false}; break;
    case ParameterKind::Choice:
        for (const std::string &choice : parameter.choices)
            values.emplace_back(choice);
        break;
    case ParameterKind::Pair: values = {List{low, low}, List{low + 1, low}, List{low, low + 2}, List{low + 1, low + 2}, List{high, high}}; break;
    case ParameterKind::IntegerList: values = {List{1}, List{6, 5, 4}, List{4, 30}, List{2, 3, 4, 5}, List{1, 1, 1, 1, 1, 120}, List{high, high, high}}; break;
    }
    return values;
}

// The defaults; each setting at its corners; and each of those together with each choice of the others.
std::vector<Variant> variantsOf(const LayerSpec &spec)
{
    std::vector<Variant> variants{{&spec, "defaults", {}}};
    std::vector<std::pair<std::string, ParameterMap>> bases{{"", {}}};
    for (const ParameterSpec &parameter : spec.parameters)
        if (parameter.kind == ParameterKind::Choice && parameter.key != "initializer")
            for (const std::string &choice : parameter.choices)
                bases.push_back({" " + choice, {{parameter.key, choice}}});
    for (const auto &[baseName, base] : bases)
        for (const ParameterSpec &parameter : spec.parameters) {
            if (!baseName.empty() && parameter.kind == ParameterKind::Choice)
                continue;
            for (const ParameterValue &value : cornersOf(parameter)) {
                ParameterMap settings = base;
                settings[parameter.key] = value;
                if (!parameter.onlyWhenKey.empty())
                    settings[parameter.onlyWhenKey] = parameter.onlyWhenValue;
                variants.push_back({&spec, parameter.key + " " + parameterText(parameter, value) + baseName, std::move(settings)});
            }
        }
    return variants;
}

// A small network around the layer: images of 6x5x4 come in, three classes or numbers go out.
struct LayerNet {
    Graph graph;
    LayerId layer = 0;
    DataTypes data;
};

LayerNet netAround(const Variant &variant)
{
    LayerNet net;
    const LayerSpec &spec = *variant.spec;
    Shape sample{6, 5, 4};
    if (spec.category == Category::Input) {
        net.layer = addAfter(net.graph, spec.type, {}, variant.settings);
        sample = Shape(settingsOf(spec, *net.graph.find(net.layer)).list("shape"));
    }
    const LayerId input = spec.category == Category::Input ? net.layer : addAfter(net.graph, "input", {}, {{"shape", sample.sizes()}});
    LayerId last = input;
    if (spec.category != Category::Input && spec.category != Category::Loss) {
        std::vector<LayerId> sources;
        for (int i = 0; i < spec.minInputs; ++i)
            sources.push_back(addAfter(net.graph, "conv2d", {input}, {{"filters", std::int64_t{4}}, {"kernel", List{1, 1}}}));
        last = net.layer = addAfter(net.graph, spec.type, sources, variant.settings);
    }
    const LayerId scores = addAfter(net.graph, "dense", {addAfter(net.graph, "flatten", {last})}, {{"units", std::int64_t{3}}});
    const bool ofNumbers = spec.type == "mean_squared_error";
    const LayerId loss = addAfter(net.graph, spec.category == Category::Loss ? spec.type : "softmax_cross_entropy", {scores},
                                  spec.category == Category::Loss ? variant.settings : ParameterMap{});
    if (spec.category == Category::Loss)
        net.layer = loss;
    net.data.features = {DType::F32, sample.withBatch(7)};
    net.data.targets = ofNumbers ? TensorType{DType::F32, Shape{7, 3}} : TensorType{DType::I32, Shape{7}};
    return net;
}

std::vector<Variant> allVariants()
{
    std::vector<Variant> variants;
    for (const LayerSpec &spec : layerCatalog())
        for (Variant &variant : variantsOf(spec))
            variants.push_back(std::move(variant));
    return variants;
}

}  // namespace

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
                values.push_back(builder.addValue({DType::F32, shape.withBatch(5)}, Role::Activation));
            const LayerSettings settings = settingsOf(spec, layer);
            EmitContext context{builder, settings, layer.name, values, declared, mode, 1};
            context.batchFeatures = builder.addValue({DType::F32, net.data.features.shape.withoutBatch().withBatch(5)}, Role::Data);
            context.batchTargets = mode == Mode::Predict ? kNoValue
                                                         : builder.addValue({net.data.targets.dtype, net.data.targets.shape.withoutBatch().withBatch(5)}, Role::Data);
            const auto output = spec.emitOps(context);
            QVERIFY2(output, output ? "" : output.error().message.c_str());
            QCOMPARE(builder.shape(*output).text(), declared.withBatch(5).text());
            QCOMPARE(context.loss != kNoValue, spec.category == Category::Loss && mode != Mode::Predict);
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
                }
                for (const ParameterValue &value : bad) {
                    // Around a network that is sound but for this.
                    LayerNet net = netAround({&spec, "defaults", {}});
                    mend(net);
                    Layer *layer = net.graph.edit(net.layer);
                    layer->parameters[parameter.key] = value;
                    if (!parameter.onlyWhenKey.empty())
                        layer->parameters[parameter.onlyWhenKey] = parameter.onlyWhenValue;
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
                data.features = {DType::F32, shape.withBatch(4)};
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
