// Building, fusing, dropping dead ops and filling weights.
#include <QtTest>

#include <cmath>

#include "tests/engine/backends/random_graph.h"
#include "tests/engine/program/programs.h"
#include "tests/engine/program/soundness.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

using List = std::vector<std::int64_t>;

Graph chain(const std::vector<std::pair<std::string, ParameterMap>> &layers)
{
    Graph graph;
    std::vector<LayerId> before;
    for (const auto &[type, settings] : layers)
        before = {addAfter(graph, type, before, settings)};
    return graph;
}

Program built(const Graph &graph, Mode mode = Mode::Train, bool optimize = true)
{
    BuildOptions options;
    options.mode = mode;
    options.batchSize = 8;
    options.optimize = optimize;
    return builtOrThrown(graph, smallImages(20), options);
}

Result<Program> builtToClip(const Graph &graph, double norm, double value, Mode mode = Mode::Train, const std::string &device = "cpu")
{
    BuildOptions options;
    options.mode = mode;
    options.device = device;
    options.optimizer.clipNorm = norm;
    options.optimizer.clipValue = value;
    return buildProgram(graph, smallImages(20), options);
}

// input, the layers, flatten, dense, loss
Graph between(std::vector<std::pair<std::string, ParameterMap>> layers)
{
    layers.insert(layers.begin(), {"input", {{"shape", List{6, 5, 4}}}});
    layers.push_back({"flatten", {}});
    layers.push_back({"dense", {{"units", std::int64_t{3}}}});
    layers.push_back({"softmax_cross_entropy", {}});
    return chain(layers);
}

}  // namespace

class TestPasses : public QObject {
    Q_OBJECT

private slots:
    void onlyTheFeaturesOfATrainingProgramAreAugmented()
    {
        const Graph graph = between({});
        for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict})
            for (const bool augmented : {true, false}) {
                DataTypes data;
                data.features = {DType::F32, Shape{20, 6, 5, 4}};
                data.targets = {DType::I32, Shape{20}};
                if (augmented)
                    data.augmentation = {true, 2};
                BuildOptions options;
                options.mode = mode;
                options.batchSize = 8;
                const Program program = buildProgram(graph, data, options).value();
                for (const Op &op : program.list.ops)
                    if (op.kind == OpKind::GatherRows) {
                        const bool moved = augmented && mode == Mode::Train && op.inputs[0] == program.features;
                        QVERIFY(op.attributes == (moved ? OpAttributes(data.augmentation) : OpAttributes(NoAttributes{})));
                    }
                QCOMPARE(unsoundness(program), std::string());
            }
    }

    void anAugmentationThatDoesNotFitTheSamplesIsRefused()
    {
        DataTypes data;
        data.features = {DType::F32, Shape{20, 6, 5, 4}};
        data.targets = {DType::I32, Shape{20}};
        data.augmentation = {false, 3};  // at most half of 5
        BuildOptions options;
        options.batchSize = 8;
        QVERIFY(!buildProgram(between({}), data, options));
        data.augmentation = {false, 2};
        QVERIFY(buildProgram(between({}), data, options));
        data.features = {DType::F32, Shape{20, 30}};
        QVERIFY(!buildProgram(chain({{"input", {{"shape", List{30}}}}, {"dense", {{"units", std::int64_t{3}}}}, {"softmax_cross_entropy", {}}}), data, options));
    }

    void everyProgramIsSound()
    {
        for (unsigned seed = 0; seed < 50; ++seed)
            for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict})
                for (const bool optimize : {true, false}) {
                    const std::string fault = unsoundness(built(randomGraph(seed, 3 + static_cast<int>(seed % 30)), mode, optimize));
                    QVERIFY2(fault.empty(), fault.c_str());
                }
    }

    void gradientsAreClippedBeforeTheUpdateWhereThatIsAskedFor()
    {
        const Graph graph = between({{"conv2d", {}}, {"batch_norm", {}}, {"relu", {}}});
        for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict}) {
            QCOMPARE(count(built(graph, mode), OpKind::ClipGradients), std::size_t{0});
            QCOMPARE(count(builtToClip(graph, 0, 0, mode).value(), OpKind::ClipGradients), std::size_t{0});
        }
        for (const auto &[norm, value] : {std::pair(2.0, 0.0), std::pair(0.0, 0.5), std::pair(2.0, 0.5)}) {
            const Program program = builtToClip(graph, norm, value).value();
            QCOMPARE(unsoundness(program), std::string());
            const Op &clip = only(program, OpKind::ClipGradients), &update = only(program, OpKind::AdamUpdate);
            QCOMPARE(&clip, &program.list.ops[program.updateBegin]);
            QVERIFY((std::get<ClipAttributes>(clip.attributes) == ClipAttributes{static_cast<float>(norm), static_cast<float>(value)}));
            std::vector<ValueId> gradients;
            for (std::size_t i = 1; i < update.inputs.size(); i += 4)
                gradients.push_back(update.inputs[i]);
            QCOMPARE(clip.inputs, gradients);
            QCOMPARE(clip.mutates, gradients);
        }
        QCOMPARE(count(builtToClip(graph, 2, 0.5, Mode::Evaluate).value(), OpKind::ClipGradients), std::size_t{0});
    }

    void aClipNormOverSeveralDevicesIsRefusedAndAClipValueIsNot()
    {
        Graph graph = between({{"conv2d", {}}, {"relu", {}}});
        for (const Layer &layer : graph.layers())
            if (layer.type == "conv2d")
                graph.edit(layer.id)->device = "cpu";
        const auto refused = builtToClip(graph, 1, 0.5, Mode::Train, "cuda:0");
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unsupported);
        QVERIFY2(refused.error().message.find("clip value") != std::string::npos, refused.error().message.c_str());

        const auto program = builtToClip(graph, 0, 0.5, Mode::Train, "cuda:0");
        QVERIFY(program);
        std::set<std::int32_t> devices;
        for (std::size_t i = program->updateBegin; i + 1 < program->list.ops.size(); i += 2) {
            const Op &clip = program->list.ops[i], &update = program->list.ops[i + 1];
            QCOMPARE(clip.kind, OpKind::ClipGradients);
            QCOMPARE(update.kind, OpKind::AdamUpdate);
            QCOMPARE(clip.device, update.device);
            QVERIFY(devices.insert(clip.device).second);
        }
        QCOMPARE(devices.size(), std::size_t{2});

        // A layer without parameters may be anywhere.
        for (const Layer &layer : graph.layers())
            graph.edit(layer.id)->device = layer.type == "relu" ? "cpu" : "";
        QVERIFY(builtToClip(graph, 1, 0, Mode::Train, "cuda:0"));
    }

    void anActivationGoesIntoTheOpBeforeIt_data()
    {
        QTest::addColumn<QString>("producer");
        QTest::addColumn<QString>("activation");
        QTest::addColumn<bool>("training");
        QTest::addColumn<bool>("inference");
        for (const char *producer : {"conv2d", "dense"}) {
            for (const char *type : {"relu", "leaky_relu", "tanh", "sigmoid"})
                QTest::addRow("%s %s", producer, type) << producer << type << true << true;
            for (const char *type : {"gelu", "silu"})  // their derivative needs the input
                QTest::addRow("%s %s", producer, type) << producer << type << false << true;
        }
        QTest::addRow("batch_norm relu") << "batch_norm" << "relu" << true << true;
        QTest::addRow("batch_norm tanh") << "batch_norm" << "tanh" << false << false;
        QTest::addRow("max_pool2d relu") << "max_pool2d" << "relu" << false << false;
    }

    void anActivationGoesIntoTheOpBeforeIt()
    {
        QFETCH(QString, producer);
        QFETCH(QString, activation);
        QFETCH(bool, training);
        QFETCH(bool, inference);
        const Graph graph = between({{producer.toStdString(), {}}, {activation.toStdString(), {}}});
        QCOMPARE(count(built(graph, Mode::Train, false), OpKind::Activate), std::size_t{1});
        QCOMPARE(count(built(graph, Mode::Train), OpKind::Activate), std::size_t{training ? 0u : 1u});
        QCOMPARE(count(built(graph, Mode::Predict), OpKind::Activate), std::size_t{inference ? 0u : 1u});
        if (producer == "batch_norm" && training)
            QCOMPARE(count(built(graph, Mode::Train), OpKind::ActivateGrad), std::size_t{0});
    }

    void aValueThatOthersNeedIsNotFusedAway()
    {
        Graph graph;
        const LayerId input = addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}});
        const LayerId conv = addAfter(graph, "conv2d", {input}, {{"filters", std::int64_t{4}}});
        const LayerId sum = addAfter(graph, "add", {addAfter(graph, "relu", {conv}), conv});
        const LayerId scores = addAfter(graph, "dense", {addAfter(graph, "flatten", {addAfter(graph, "relu", {sum})})}, {{"units", std::int64_t{3}}});
        addAfter(graph, "softmax_cross_entropy", {scores});
        const Program program = built(graph);
        QCOMPARE(count(program, OpKind::Activate), std::size_t{1});  // the second relu went into the sum
        QCOMPARE(std::get<Conv2dAttributes>(only(program, OpKind::Conv2d).attributes).post.kind, ActivationKind::Identity);
    }

    void onlyOneActivationGoesIntoAnOp()
    {
        const Program program = built(between({{"conv2d", {}}, {"relu", {}}, {"tanh", {}}}));
        QCOMPARE(count(program, OpKind::Activate), std::size_t{1});
    }

    void thePredictionsThemselvesMayEndInAnActivation()
    {
        Graph graph = chain({{"input", {{"shape", List{6, 5, 4}}}}, {"flatten", {}}, {"dense", {{"units", std::int64_t{3}}}}, {"tanh", {}}, {"softmax_cross_entropy", {}}});
        const Program program = built(graph, Mode::Predict);
        QCOMPARE(count(program, OpKind::Activate), std::size_t{0});
        QCOMPARE(only(program, OpKind::Dense).outputs[0], program.predictions);
    }

    void whatNobodyNeedsIsDropped()
    {
        // The gradient of the first layer's input is nobody's.
        const Graph graph = between({{"conv2d", {}}, {"dropout", {}}});
        QCOMPARE(count(built(graph), OpKind::Conv2dGradData), std::size_t{0});
        QCOMPARE(count(built(graph, Mode::Evaluate), OpKind::Dropout), std::size_t{0});
        QCOMPARE(count(built(graph, Mode::Predict), OpKind::SoftmaxCrossEntropy), std::size_t{0});
        QCOMPARE(count(built(graph, Mode::Predict), OpKind::GatherRows), std::size_t{1});
        QVERIFY(built(graph, Mode::Predict).metrics.empty());
    }

    void deadOpsGoAndLiveOnesStay()
    {
        Program program;
        program.mode = Mode::Predict;
        OpBuilder builder(program.list);
        const ValueId x = builder.addValue({DType::F32, {2, 3}}, Role::Data);
        const ValueId live = *builder.addOne(OpKind::Softmax, NoAttributes{}, {x});
        const ValueId dead = *builder.addOne(OpKind::Activate, ActivationAttributes{ActivationKind::Relu}, {x});
        (void)*builder.addOne(OpKind::Softmax, NoAttributes{}, {dead});
        program.predictions = *builder.addOne(OpKind::Add, NoAttributes{}, {live, x});
        program.backwardBegin = program.updateBegin = program.list.ops.size();
        removeDeadOps(program);
        QCOMPARE(program.list.ops.size(), std::size_t{2});
        QCOMPARE(program.list.ops[0].kind, OpKind::Softmax);
        QCOMPARE(program.list.ops[1].kind, OpKind::Add);
        QCOMPARE(program.backwardBegin, std::size_t{2});
    }

    void metricsFollowTheLoss()
    {
        const Program classes = built(between({{"relu", {}}}));
        QCOMPARE(classes.metrics.size(), std::size_t{2});
        QCOMPARE(classes.metrics[1].name, std::string("accuracy"));
        QCOMPARE(classes.parameterCount(), std::int64_t{120 * 3 + 3});
        QVERIFY(classes.flops() > 8 * 2 * 360);
    }

    void aProgramThatCannotBeIsRefusedWithItsReason()
    {
        DataTypes data;
        data.features = {DType::F32, Shape{20, 7}};
        data.targets = {DType::I32, Shape{20}};
        const Graph graph = between({{"relu", {}}});
        auto refused = buildProgram(graph, data, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().node, std::string("input"));
        QVERIFY(refused.error().message.find("7") != std::string::npos);
        data.features = {DType::F32, Shape{20, 6, 5, 4}};
        BuildOptions options;
        options.batchSize = 0;
        QCOMPARE(buildProgram(graph, data, options).error().code, ErrorCode::InvalidArgument);
        options.batchSize = 4;
        options.optimizer.type = "magic";
        QVERIFY(buildProgram(graph, data, options).error().message.find("magic") != std::string::npos);
        QVERIFY(!buildProgram(Graph{}, data, {}));
        data.targets = {DType::F32, Shape{20, 5}};  // five columns for three units
        QCOMPARE(buildProgram(graph, data, {}).error().node, std::string("softmax_cross_entropy"));
    }

    void aNetworkWithoutWeightsStillRuns()
    {
        DataTypes data;
        data.features = {DType::F32, Shape{20, 3}};
        data.targets = {DType::I32, Shape{20}};
        const auto program = buildProgram(chain({{"input", {{"shape", List{3}}}}, {"relu", {}}, {"softmax_cross_entropy", {}}}), data, {});
        QVERIFY(program);
        QCOMPARE(program->parameterCount(), std::int64_t{0});
        QCOMPARE(program->updateBegin, program->list.ops.size());
    }

    void weightsAreFilledAsTheirInitializerSays_data()
    {
        QTest::addColumn<int>("initializer");
        QTest::addColumn<double>("variance");
        QTest::addColumn<double>("limit");  // 0: none
        const auto row = [](const char *name, Initializer initializer, double variance, double limit) {
            QTest::newRow(name) << static_cast<int>(initializer) << variance << limit;
        };
        row("zeros", Initializer::Zeros, 0, 1e-30);
        row("kaiming normal", Initializer::KaimingNormal, 2.0 / 50, 0);
        row("kaiming uniform", Initializer::KaimingUniform, 2.0 / 50, std::sqrt(6.0 / 50));
        row("xavier normal", Initializer::XavierNormal, 2.0 / (50 + 150), 0);
        row("xavier uniform", Initializer::XavierUniform, 2.0 / (50 + 150), std::sqrt(6.0 / 200));
        row("normal", Initializer::Normal, 0.3 * 0.3, 0);
    }

    void weightsAreFilledAsTheirInitializerSays()
    {
        QFETCH(int, initializer);
        QFETCH(double, variance);
        QFETCH(double, limit);
        Program program;
        OpBuilder builder(program.list);
        const ValueId value = builder.addParameter("w", Shape{100'001}, {});
        const ParameterInit init{value, static_cast<Initializer>(initializer), 50, 150, 0.3};
        std::vector<float> filled(100'001, 7.0f);
        fillParameter(program, init, 3, filled);
        double sum = 0, squares = 0, largest = 0, fourth = 0;
        for (const float one : filled) {
            sum += static_cast<double>(one);
            squares += static_cast<double>(one) * static_cast<double>(one);
            fourth += std::pow(static_cast<double>(one), 4);
            largest = std::max(largest, std::abs(static_cast<double>(one)));
        }
        const double count = static_cast<double>(filled.size());
        QVERIFY(std::abs(sum / count) <= 4 * std::sqrt(variance / count));
        QVERIFY(std::abs(squares / count - variance) <= 0.02 * variance);
        QVERIFY(limit == 0 || largest <= limit);
        QVERIFY(limit == 0 || variance == 0 || largest > 0.999 * limit);
        if (variance > 0)  // the fourth moment tells a normal (3) from a uniform (1.8) distribution
            QVERIFY(std::abs(fourth / count / (variance * variance) - (limit > 0 ? 1.8 : 3.0)) < 0.15);
    }

    void aWeightStartsByItsNameAndTheSeedAlone()
    {
        const Graph small = between({{"conv2d", {}}}), large = between({{"conv2d", {}}, {"batch_norm", {}}, {"gelu", {}}, {"conv2d", {}}});
        const auto first = [](const Graph &graph, const std::string &name, std::uint64_t seed) {
            const Program program = built(graph);
            for (const ParameterInit &init : program.inits)
                if (program.list.value(init.value).name == name) {
                    std::vector<float> filled(static_cast<std::size_t>(program.list.value(init.value).type.shape.elements()));
                    fillParameter(program, init, seed, filled);
                    return filled;
                }
            throw std::runtime_error(name);
        };
        QVERIFY(first(small, "conv2d/weights", 1) == first(large, "conv2d/weights", 1));
        QVERIFY(first(small, "conv2d/weights", 1) != first(small, "conv2d/weights", 2));
        QVERIFY(first(large, "conv2d/weights", 1) != first(large, "conv2d_2/weights", 1));
        QVERIFY(first(large, "batch_norm/gamma", 1) == std::vector<float>(16, 1.0f));
        QVERIFY(first(large, "batch_norm/running_variance", 1) == std::vector<float>(16, 1.0f));
        QVERIFY(first(large, "conv2d/bias", 1) == std::vector<float>(16, 0.0f));
    }
};

QTEST_GUILESS_MAIN(TestPasses)
#include "tst_passes.moc"
