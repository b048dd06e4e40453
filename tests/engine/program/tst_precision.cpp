// Programs in 16 bit, by their structure: which values are stored how, where weights are cast, and how float16 scales its loss.
// What they compute is compared in tests/engine/backends/cpu/tst_device_programs.cpp.
#include <QtTest>

#include "engine/tensor/low_precision.h"
#include "tests/engine/backends/random_graph.h"
#include "tests/engine/program/programs.h"
#include "tests/engine/program/soundness.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

using List = std::vector<std::int64_t>;

Program built(const Graph &graph, Precision precision, Mode mode = Mode::Train, bool ofNumbers = false, bool deviceFusion = false)
{
    BuildOptions options;
    options.mode = mode;
    options.batchSize = 8;
    options.precision = precision;
    options.deviceFusion = deviceFusion;
    return builtOrThrown(graph, smallImages(20, ofNumbers), options);
}

// input, conv2d, batch_norm, relu, flatten, dense twice, loss
Graph smallNet(const std::string &loss = "softmax_cross_entropy")
{
    Graph graph;
    LayerId before = addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}});
    const std::vector<std::pair<std::string, ParameterMap>> layers{{"conv2d", {{"filters", std::int64_t{4}}}}, {"batch_norm", {}}, {"relu", {}},
                                                                   {"flatten", {}}, {"dense", {{"units", std::int64_t{7}}}},
                                                                   {"dense", {{"units", std::int64_t{3}}}}, {loss, {}}};
    for (const auto &[type, settings] : layers)
        before = addAfter(graph, type, {before}, settings);
    return graph;
}

DType typeOf(const Program &program, ValueId id)
{
    return program.list.value(id).type.dtype;
}

// One letter per input and output of an op: f for float32, l for the low type, - for absent, . for anything else. Those of
// updates and metrics are left out.
std::string typesOf(const Program &program, const Op &op, DType low)
{
    std::string text;
    const auto letter = [&](ValueId id) {
        const DType type = id == kNoValue ? DType::U8 : typeOf(program, id);
        text += id == kNoValue ? '-' : type == low ? 'l' : type == DType::F32 ? 'f' : '.';
    };
    for (const ValueId id : op.inputs)
        letter(id);
    text += '>';
    for (const ValueId id : op.outputs)
        letter(id);
    return text;
}

// What kernels can rely on, per op; several where there are several forms.
const std::map<OpKind, std::vector<std::string>> &expectedTypes()
{
    static const std::map<OpKind, std::vector<std::string>> table{
        {OpKind::Dense, {"llf>l", "ll->l"}},
        {OpKind::DenseGradData, {"ll>l"}},
        {OpKind::DenseGradWeights, {"ll>ff", "ll>f", "ll>f-"}},
        {OpKind::Conv2d, {"llf>l", "ll->l"}},
        {OpKind::Conv2dGradData, {"ll>l"}},
        {OpKind::Conv2dGradWeights, {"ll>ff", "ll>f", "ll>f-"}},
        {OpKind::Conv3d, {"llf>l", "ll->l"}},
        {OpKind::Conv3dGradData, {"ll>l"}},
        {OpKind::Conv3dGradWeights, {"ll>ff", "ll>f", "ll>f-"}},
        {OpKind::MaxPool2d, {"l>l."}},
        {OpKind::MaxPool2dGrad, {"l.>l"}},
        {OpKind::AvgPool2d, {"l>l"}},
        {OpKind::AvgPool2dGrad, {"l>l"}},
        {OpKind::BatchNorm, {"lffff>lff", "lffff>lff."}},
        {OpKind::BatchNormGrad, {"llffff->lff", "llffff.>lff"}},
        {OpKind::BatchNormInference, {"lffff>l", "lf--f>l"}},
        {OpKind::LayerNorm, {"lff>lff", "lff>l--"}},
        {OpKind::LayerNormGrad, {"llfff>lff"}},
        {OpKind::Activate, {"l>l"}},
        {OpKind::ActivateGrad, {"ll>l"}},
        {OpKind::Softmax, {"l>l"}},
        {OpKind::SoftmaxGrad, {"ll>l"}},
        {OpKind::LogSoftmax, {"l>l"}},
        {OpKind::LogSoftmaxGrad, {"ll>l"}},
        {OpKind::Dropout, {"l>l"}},
        {OpKind::Reshape, {"l>l"}},
        {OpKind::Add, {"ll>l"}},
        {OpKind::Multiply, {"ll>l"}},
        {OpKind::Slice, {"l>l"}},
        {OpKind::Pad, {"l>l"}},
        {OpKind::PadGrad, {"l>l"}},
        {OpKind::AdaptivePool, {"l>l"}},
        {OpKind::AdaptivePoolGrad, {"l->l", "ll>l"}},
        {OpKind::BatchMatmul, {"ll>l"}},
        {OpKind::RmsNorm, {"lf>lf", "lf>l-"}},
        {OpKind::RmsNormGrad, {"llff>lf"}},
        {OpKind::GroupNorm, {"lff>lff", "lff>l--"}},
        {OpKind::GroupNormGrad, {"llfff>lff"}},
        {OpKind::Embedding, {".l>l"}},
        {OpKind::EmbeddingGrad, {".l>f"}},
        {OpKind::Rotary, {"l>l"}},
        {OpKind::Attention, {"lll->lf", "llll>lf"}},
        {OpKind::AttentionGrad, {"lllllf->lll", "lllllfl>lll"}},
        {OpKind::Lstm, {"ll>lllf"}},
        {OpKind::LstmGrad, {"lfllll>lf", "lflll->lf", "lfll-l>lf"}},
        {OpKind::Gru, {"llf>llll"}},
        {OpKind::GruGrad, {"llllll>lff", "lllll->lff", "llll-l>lff"}},
        {OpKind::AccumulateConfusion, {"l..>"}},
        {OpKind::Permute, {"l>l"}},
        {OpKind::Expand, {"l>l", "f>l"}},
        {OpKind::Reduce, {"l>l", "l>f"}},
        {OpKind::ReduceMaxGrad, {"ll>l"}},
        {OpKind::Upsample2d, {"l>l"}},
        {OpKind::Upsample2dGrad, {"l>l"}},
        {OpKind::SoftmaxCrossEntropy, {"l.>ff"}},
        {OpKind::MeanSquaredError, {"lf>f"}},
        {OpKind::AccumulateLoss, {"f.>"}},
        {OpKind::AccumulateTopK, {"l..>"}},
        {OpKind::RowLoss, {"l.>f"}},
        {OpKind::AccumulateError, {"lff.>"}},
        {OpKind::AccumulateR2, {"lf.>"}},
    };
    return table;
}

}  // namespace

class TestPrecision : public QObject {
    Q_OBJECT

    // exceptions: layers that compute in float32; there are no 16-bit values in their ops.
    static void checkTypes(const Program &program, DType low, const std::set<std::string> &exceptions = {})
    {
        for (const Value &value : program.list.values)
            if (value.role == Role::Parameter || value.role == Role::State || value.role == Role::OptimizerState || value.role == Role::Gradient)
                QVERIFY2(value.type.dtype == DType::F32, value.name.c_str());
        for (const Op &op : program.list.ops) {
            const std::string types = typesOf(program, op, low);
            if (op.layer >= 0 && op.kind != OpKind::Cast && exceptions.contains(program.layerNames[static_cast<std::size_t>(op.layer)])) {
                QVERIFY2(types.find('l') == std::string::npos, (opSpec(op.kind).name + (" of an exception has " + types)).c_str());
                continue;
            }
            // Losses and metrics read predictions as they are, and an exception's are float32.
            if (!exceptions.empty() && (std::string(opSpec(op.kind).name).starts_with("accumulate_") || op.kind == OpKind::SoftmaxCrossEntropy || op.kind == OpKind::MeanSquaredError))
                continue;
            const auto expected = expectedTypes().find(op.kind);
            if (expected != expectedTypes().end())
                QVERIFY2(std::find(expected->second.begin(), expected->second.end(), types) != expected->second.end(),
                         (opSpec(op.kind).name + (" has " + types)).c_str());
            if (opSpec(op.kind).inputsPerTensor > 0 || op.kind == OpKind::UnscaleGradients)
                QVERIFY2(types.find('l') == std::string::npos, types.c_str());
        }
    }

private slots:
    void aTargetThatIsTheSampleStaysFloat32()
    {
        Graph graph;
        LayerId before = addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}});
        before = addAfter(graph, "conv2d", {before}, {{"filters", std::int64_t{4}}});
        addAfter(graph, "mean_squared_error", {before}, {});
        DataTypes data = smallImages(20);
        data.targets = {};
        for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16}) {
            BuildOptions options;
            options.batchSize = 8;
            options.precision = precision;
            const Program program = builtOrThrown(graph, data, options);
            const Op &loss = only(program, OpKind::MeanSquaredError);
            QCOMPARE(count(program, OpKind::GatherRows), std::size_t{2});
            QCOMPARE(typeOf(program, only(program, OpKind::Conv2d).inputs[0]), activationType(precision));
            QCOMPARE(typeOf(program, loss.inputs[1]), DType::F32);
            QCOMPARE(program.targets, kNoValue);
            options.mode = Mode::Predict;
            QCOMPARE(count(builtOrThrown(graph, data, options), OpKind::GatherRows), std::size_t{1});
        }
    }

    void aPrecisionIsFoundByItsName()
    {
        for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16})
            QCOMPARE(findPrecision(precisionName(precision)), std::optional(precision));
        QCOMPARE(std::string(precisionName(Precision::BFloat16)), std::string("bfloat16"));
        QCOMPARE(activationType(Precision::Float16), DType::F16);
        QVERIFY(!findPrecision("float8"));
    }

    void everyOpFindsTheTypesItWorksWith()
    {
        for (unsigned seed = 0; seed < 60; ++seed)
            for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict})
                for (const Precision precision : {Precision::BFloat16, Precision::Float16}) {
                    const bool ofNumbers = seed % 3 == 2;
                    const Graph graph = randomGraph(seed, 3 + static_cast<int>(seed % 30), ofNumbers ? "mean_squared_error" : "softmax_cross_entropy");
                    const Program program = built(graph, precision, mode, ofNumbers);
                    const std::string fault = unsoundness(program);
                    QVERIFY2(fault.empty(), fault.c_str());
                    checkTypes(program, activationType(precision));
                    if (QTest::currentTestFailed())
                        return;
                }
    }

    void layersInFloat32AreExceptionsAndAllOthersAreAsBefore()
    {
        for (unsigned seed = 0; seed < 60; ++seed)
            for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict})
                for (const Precision precision : {Precision::BFloat16, Precision::Float16}) {
                    const bool ofNumbers = seed % 3 == 2;
                    Graph graph = randomGraph(seed, 3 + static_cast<int>(seed % 30), ofNumbers ? "mean_squared_error" : "softmax_cross_entropy");
                    std::mt19937 random(seed);
                    std::set<std::string> exceptions;
                    for (const Layer &layer : std::vector<Layer>(graph.layers()))
                        if (random() % 3 == 0) {
                            graph.edit(layer.id)->precision = kFloat32Exception;
                            // A loss of 16-bit predictions reads those; what it hands back is float32 all the same.
                            if (layer.type != "softmax_cross_entropy" && layer.type != "mean_squared_error")
                                exceptions.insert(layer.name);
                        }
                    const Program program = built(graph, precision, mode, ofNumbers);
                    const std::string fault = unsoundness(program);
                    QVERIFY2(fault.empty(), fault.c_str());
                    checkTypes(program, activationType(precision), exceptions);
                    if (QTest::currentTestFailed())
                        return;
                }
    }

    // The usual exception: the layer that makes the scores. Its loss sees them, and their gradient, in float32.
    void aLastLayerInFloat32GivesItsLossFloat32()
    {
        for (const Precision precision : {Precision::BFloat16, Precision::Float16}) {
            Graph graph = smallNet();
            graph.edit(graph.findByName("dense_2")->id)->precision = kFloat32Exception;
            const Program program = built(graph, precision);
            const DType low = activationType(precision);
            QCOMPARE(typeOf(program, program.predictions), DType::F32);
            QCOMPARE(typesOf(program, only(program, OpKind::SoftmaxCrossEntropyGrad), low), std::string("f.>f"));
            std::vector<std::string> casts;
            for (const Op &op : program.list.ops)
                if (op.kind == OpKind::Cast)
                    casts.push_back(typesOf(program, op, low));
            // Two weights in 16 bit, what comes to the layer to float32, and its gradient back.
            QCOMPARE(casts, (std::vector<std::string>{"ff>ll", "l>f", "f>l"}));
            checkTypes(program, low, {"dense_2"});
        }
    }

    void aFirstLayerInFloat32GetsTheSamplesAsTheyAre()
    {
        Graph graph = smallNet();
        for (const Layer &layer : std::vector<Layer>(graph.layers()))
            if (layer.type == "conv2d")
                graph.edit(layer.id)->precision = kFloat32Exception;
        const Program program = built(graph, Precision::BFloat16);
        QCOMPARE(typeOf(program, only(program, OpKind::Conv2d).inputs[0]), DType::F32);
    }

    void everyOpHasARowInTheTableOfTypes()
    {
        const std::set<OpKind> others{OpKind::GatherRows, OpKind::Concat, OpKind::SoftmaxCrossEntropyGrad, OpKind::MeanSquaredErrorGrad, OpKind::RowLossGrad,
                                      OpKind::ClipGradients, OpKind::SgdUpdate, OpKind::AdamUpdate, OpKind::Cast, OpKind::ScaleGradient,
                                      OpKind::UnscaleGradients, OpKind::UpdateLossScale, OpKind::ElementwiseChain, OpKind::SoftmaxCrossEntropyWithGrad,
                                      OpKind::NadamUpdate, OpKind::RmspropUpdate, OpKind::AdagradUpdate, OpKind::LionUpdate, OpKind::LambUpdate,
                                      OpKind::MuonUpdate, OpKind::EmaUpdate, OpKind::AccumulateGradients};
        for (int kind = 0; kind < kOpKindCount; ++kind)
            QVERIFY2(expectedTypes().contains(static_cast<OpKind>(kind)) != others.contains(static_cast<OpKind>(kind)), opSpec(static_cast<OpKind>(kind)).name);
    }

    void theStatisticsOfLayerNormStayFloat32()
    {
        Graph graph;
        const LayerId input = addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}});
        const LayerId norm = addAfter(graph, "layer_norm", {addAfter(graph, "dense", {input}, {{"units", std::int64_t{8}}})});
        addAfter(graph, "softmax_cross_entropy", {addAfter(graph, "dense", {addAfter(graph, "flatten", {norm})}, {{"units", std::int64_t{3}}})});
        for (const Mode mode : {Mode::Train, Mode::Evaluate}) {
            const Program program = built(graph, Precision::BFloat16, mode);
            QCOMPARE(count(program, OpKind::LayerNorm), std::size_t{1});
            checkTypes(program, DType::BF16);
        }
    }

    void float32IsLeftAlone()
    {
        const Program program = built(smallNet(), Precision::Float32);
        for (const Value &value : program.list.values)
            QVERIFY(!isLowPrecision(value.type.dtype));
        QCOMPARE(count(program, OpKind::Cast), std::size_t{0});
    }

    void eachWeightIsCastOnceAtTheFront()
    {
        const Program program = built(smallNet(), Precision::BFloat16);
        const Op &cast = only(program, OpKind::Cast);
        QCOMPARE(&cast, &program.list.ops.front());
        QCOMPARE(cast.inputs.size(), std::size_t{3});
        QCOMPARE(cast.outputs.size(), std::size_t{3});
        std::vector<std::string> names;
        for (std::size_t i = 0; i < 3; ++i) {
            names.push_back(program.list.value(cast.inputs[i]).name);
            QCOMPARE(program.list.value(cast.outputs[i]).type.shape, program.list.value(cast.inputs[i]).type.shape);
        }
        QCOMPARE(names, (std::vector<std::string>{"conv2d/weights", "dense/weights", "dense_2/weights"}));
        // The backward op reads the same copy.
        for (const Op &op : program.list.ops)
            if (op.kind == OpKind::DenseGradData)
                QVERIFY(op.inputs[1] == cast.outputs[1] || op.inputs[1] == cast.outputs[2]);
        QCOMPARE(program.list.ops[program.backwardBegin].kind, OpKind::SoftmaxCrossEntropyGrad);
    }

    void theBatchIsGatheredStraightInto16Bit()
    {
        const Program program = built(smallNet("mean_squared_error"), Precision::BFloat16, Mode::Train, true);
        for (const Op &op : program.list.ops)
            if (op.kind == OpKind::GatherRows)
                QCOMPARE(typeOf(program, op.outputs[0]), op.inputs[0] == program.features ? DType::BF16 : DType::F32);
    }

    void theHostReadsFloat32Predictions()
    {
        const Program predict = built(smallNet(), Precision::BFloat16, Mode::Predict);
        QCOMPARE(typeOf(predict, predict.predictions), DType::F32);
        QCOMPARE(predict.list.ops.back().kind, OpKind::Cast);
        QCOMPARE(typeOf(predict, predict.list.ops.back().inputs[0]), DType::BF16);
        const Program evaluate = built(smallNet(), Precision::BFloat16, Mode::Evaluate);
        QCOMPARE(typeOf(evaluate, evaluate.predictions), DType::BF16);
    }

    void float16ScalesTheLossAndItsGradientsBack_data()
    {
        QTest::addColumn<QString>("optimizer");
        QTest::addColumn<int>("perParameter");
        QTest::addRow("sgd") << "sgd" << 3;
        QTest::addRow("adam") << "adam" << 4;
    }

    void float16ScalesTheLossAndItsGradientsBack()
    {
        QFETCH(QString, optimizer);
        QFETCH(int, perParameter);
        DataTypes data;
        data.features = {DType::F32, Shape{20, 6, 5, 4}};
        data.targets = {DType::I32, Shape{20}};
        BuildOptions options;
        options.batchSize = 8;
        options.precision = Precision::Float16;
        options.optimizer.type = optimizer.toStdString();
        const auto made = buildProgram(smallNet(), data, options);
        QVERIFY(made);
        const Program &program = *made;
        const Op &gradient = only(program, OpKind::SoftmaxCrossEntropyGrad), &scale = only(program, OpKind::ScaleGradient);
        QCOMPARE(scale.inputs[0], gradient.outputs[0]);
        QCOMPARE(typesOf(program, gradient, DType::F16), std::string("f.>f"));  // not rounded before it is scaled
        QCOMPARE(typesOf(program, scale, DType::F16), std::string("ff>l"));
        const ValueId state = scale.inputs[1];
        QCOMPARE(program.list.value(state).name, std::string("loss_scale"));
        QCOMPARE(program.list.value(state).role, Role::State);

        const auto update = program.list.ops.begin() + static_cast<std::ptrdiff_t>(program.updateBegin);
        QCOMPARE(update->kind, OpKind::UnscaleGradients);
        QCOMPARE(update->inputs, update->mutates);
        QCOMPARE(update->inputs[0], state);
        const Op &step = *(update + 1);
        QCOMPARE(static_cast<int>(step.inputs.size()) % perParameter, 1);
        QCOMPARE(step.inputs.back(), state);
        QVERIFY(std::find(step.mutates.begin(), step.mutates.end(), state) == step.mutates.end());
        std::vector<ValueId> gradients{state};
        for (std::size_t i = 1; i + 1 < step.inputs.size(); i += static_cast<std::size_t>(perParameter))
            gradients.push_back(step.inputs[i]);
        QCOMPARE(update->inputs, gradients);
        QCOMPARE((update + 2)->kind, OpKind::UpdateLossScale);
        QCOMPARE((update + 2)->mutates, std::vector<ValueId>{state});
        QVERIFY(update + 3 == program.list.ops.end());

        const auto init = std::find_if(program.inits.begin(), program.inits.end(), [&](const ParameterInit &one) { return one.value == state; });
        QVERIFY(init != program.inits.end());
        std::vector<float> filled(4, 7.0f);
        fillParameter(program, *init, 1, filled);
        QCOMPARE(filled, (std::vector<float>{65536, 0, 0, 0}));
    }

    // The bounds are those of the true gradients: they are unscaled first.
    void float16ClipsBetweenUnscalingAndTheUpdate()
    {
        DataTypes data;
        data.features = {DType::F32, Shape{20, 6, 5, 4}};
        data.targets = {DType::I32, Shape{20}};
        BuildOptions options;
        options.precision = Precision::Float16;
        options.optimizer.clipNorm = 2;
        const auto made = buildProgram(smallNet(), data, options);
        QVERIFY(made);
        std::vector<OpKind> kinds;
        for (std::size_t i = made->updateBegin; i < made->list.ops.size(); ++i)
            kinds.push_back(made->list.ops[i].kind);
        QCOMPARE(kinds, (std::vector<OpKind>{OpKind::UnscaleGradients, OpKind::ClipGradients, OpKind::AdamUpdate, OpKind::UpdateLossScale}));
        const Op &unscale = only(*made, OpKind::UnscaleGradients), &clip = only(*made, OpKind::ClipGradients);
        QCOMPARE(clip.inputs, std::vector<ValueId>(unscale.inputs.begin() + 1, unscale.inputs.end()));
        QCOMPARE(clip.mutates, clip.inputs);
        QCOMPARE(unsoundness(*made), std::string());
        for (const ValueId gradient : clip.inputs)
            QCOMPARE(typeOf(*made, gradient), DType::F32);
    }

    void nothingIsScaledWhereNothingIsTrained()
    {
        for (const Mode mode : {Mode::Evaluate, Mode::Predict})
            QCOMPARE(count(built(smallNet(), Precision::Float16, mode), OpKind::ScaleGradient), std::size_t{0});
        DataTypes data;
        data.features = {DType::F32, Shape{20, 3}};
        data.targets = {DType::I32, Shape{20}};
        Graph graph;
        addAfter(graph, "softmax_cross_entropy", {addAfter(graph, "relu", {addAfter(graph, "input", {}, {{"shape", List{3}}})})});
        BuildOptions options;
        options.precision = Precision::Float16;
        const auto program = buildProgram(graph, data, options);
        QVERIFY(program);
        QCOMPARE(program->updateBegin, program->list.ops.size());
        for (const Op &op : program->list.ops)
            QVERIFY(op.kind != OpKind::UnscaleGradients && op.kind != OpKind::Cast);
    }

    void float16OverSeveralDevicesIsRefused()
    {
        Graph graph = smallNet();
        for (const Layer &layer : graph.layers())
            if (layer.type == "conv2d")
                graph.edit(layer.id)->device = "cpu";
        DataTypes data;
        data.features = {DType::F32, Shape{20, 6, 5, 4}};
        data.targets = {DType::I32, Shape{20}};
        BuildOptions options;
        options.device = "cuda:0";
        options.precision = Precision::Float16;
        const auto refused = buildProgram(graph, data, options);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unsupported);
        QVERIFY(refused.error().message.find("bfloat16") != std::string::npos);
        options.precision = Precision::BFloat16;
        const auto program = buildProgram(graph, data, options);
        QVERIFY(program);
        // Each device casts its own weights.
        QCOMPARE(program->list.ops[0].kind, OpKind::Cast);
        QCOMPARE(program->list.ops[1].kind, OpKind::Cast);
        QVERIFY(program->list.ops[0].device != program->list.ops[1].device);
    }
};

QTEST_GUILESS_MAIN(TestPrecision)
#include "tst_precision.moc"
