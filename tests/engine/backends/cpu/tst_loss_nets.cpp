// Networks with each loss: classes and numbers, one per sample and one per position, several heads, the input as the target.
#include <QtTest>

#include "tests/engine/backends/net_check.h"

using namespace trainyard;
using namespace trainyard::tests;

class TestLossNets : public QObject {
    Q_OBJECT

    using List = std::vector<std::int64_t>;

    // Images of 4x3x2 through a pixelwise layer to `columns` values per pixel; flat: to `columns` values per image.
    static LayerId head(Graph &graph, std::int64_t columns, bool flat)
    {
        const LayerId input = graph.layers().empty() ? addAfter(graph, "input", {}, {{"shape", List{4, 3, 2}}}) : graph.layers().front().id;
        const LayerId hidden = addAfter(graph, "tanh", {addAfter(graph, "conv2d", {input}, {{"filters", std::int64_t{5}}, {"kernel", List{3, 3}}})});
        if (flat)
            return addAfter(graph, "dense", {addAfter(graph, "flatten", {hidden})}, {{"units", columns}});
        return addAfter(graph, "conv2d", {hidden}, {{"filters", columns}, {"kernel", List{1, 1}}});
    }

    static DataTypes dataOf(TensorType targets)
    {
        DataTypes data;
        data.features = {DType::F32, Shape{7, 4, 3, 2}};
        data.targets = std::move(targets);
        return data;
    }

    static std::string faultOf(const Graph &graph, const DataTypes &data)
    {
        const auto program = buildProgram(graph, data, optionsFor(Mode::Train, 3));
        if (!program)
            return program.error().message;
        for (const std::int32_t valid : {3, 2})
            if (std::string fault = gradientFault(*program, {5, 2, 0, valid}, 2e-3); !fault.empty())
                return fault;
        return {};
    }

    static std::vector<const LayerSpec *> losses()
    {
        std::vector<const LayerSpec *> found;
        for (const LayerSpec &spec : layerCatalog())
            if (spec.category == Category::Loss)
                found.push_back(&spec);
        return found;
    }

private slots:
    void everyLossHasTheGradientOfItsTargets()
    {
        for (const LayerSpec *loss : losses())
            for (const bool flat : {true, false}) {
                const auto check = [&](std::int64_t columns, TensorType targets, const char *what) {
                    Graph graph;
                    addAfter(graph, loss->type, {head(graph, columns, flat)});
                    const std::string fault = faultOf(graph, dataOf(std::move(targets)));
                    QVERIFY2(fault.empty(), qPrintable(QString("%1, %2%3: %4").arg(loss->type.c_str(), what, flat ? "" : " per position", fault.c_str())));
                };
                const Shape positions = flat ? Shape{7} : Shape{7, 4, 3};
                if (loss->lossTargets.classes)
                    check(3, {DType::I32, positions}, "classes");
                if (loss->lossTargets.classes)
                    check(3, {DType::F32, flat ? Shape{7, 3} : Shape{7, 4, 3, 3}}, "rows");
                if (loss->lossTargets.oneColumn)
                    check(1, {DType::F32, flat ? Shape{7, 1} : Shape{7, 4, 3, 1}}, "answers");
                if (loss->lossTargets.numbers)
                    check(2, {DType::F32, flat ? Shape{7, 2} : Shape{7, 4, 3, 2}}, "numbers");
            }
    }

    void anAutoencodersLossComparesWithItsInput()
    {
        for (const LayerSpec *loss : losses()) {
            if (!loss->lossTargets.numbers || loss->type == "kl_divergence")  // which wants probabilities
                continue;
            Graph graph;
            addAfter(graph, loss->type, {head(graph, 2, false)}, {{"compare", std::string("input")}});
            // Whatever the data's targets are, and where they have none.
            for (const TensorType &targets : {TensorType{DType::I32, Shape{7}}, TensorType{DType::F32, Shape{}}}) {
                const std::string fault = faultOf(graph, dataOf(targets));
                QVERIFY2(fault.empty(), qPrintable(QString("%1: %2").arg(loss->type.c_str(), fault.c_str())));
            }
        }
    }

    void aLossThatComparesWithAnInputOfAnotherShapeIsSaid()
    {
        Graph graph;
        const LayerId loss = addAfter(graph, "mean_squared_error", {head(graph, 3, false)}, {{"compare", std::string("input")}});
        const GraphAnalysis analysis = analyze(graph);
        QCOMPARE(analysis.problems.size(), std::size_t{1});
        QVERIFY(analysis.problems[0].message.find("4x3x2") != std::string::npos);
        QVERIFY(analysis.problems[0].fix);
        applyFix(graph, *analysis.problems[0].fix);
        QVERIFY(analyze(graph).runnable());
        graph.edit(loss)->type = "softmax_cross_entropy";
        graph.edit(loss)->parameters["compare"] = std::string("input");
        QVERIFY(analyze(graph).problems.at(0).message.find("needs a loss of numbers") != std::string::npos);
    }

    void severalHeadsAreTrainedOnTheirWeightedSum()
    {
        Graph graph;
        const LayerId classes = head(graph, 3, true), image = head(graph, 2, false);
        addAfter(graph, "softmax_cross_entropy", {classes}, {{"weight", 0.7}, {"label_smoothing", 0.1}});
        addAfter(graph, "huber", {image}, {{"weight", 2.5}, {"compare", std::string("input")}});
        addAfter(graph, "hinge", {classes}, {{"weight", 0.3}});
        const DataTypes data = dataOf({DType::I32, Shape{7}});
        const std::string fault = faultOf(graph, data);
        QVERIFY2(fault.empty(), fault.c_str());

        const Program program = builtOrThrown(graph, data, optionsFor(Mode::Evaluate, 3));
        QCOMPARE(program.metrics.size(), std::size_t{5});
        QCOMPARE(program.metrics[1].name, std::string("accuracy"));
        CpuRun run(program);
        writeStart(run, startOf(program));
        run.run({1, 0, 0, 2});
        const auto value = [&](std::size_t metric) { return run.read(program.metrics[metric].accumulator)[0] / run.read(program.metrics[metric].accumulator)[1]; };
        QVERIFY(program.metrics[3].name.starts_with("loss_of_huber"));
        QVERIFY(std::abs(value(0) - value(2) - value(3) - value(4)) < 1e-6);
        QCOMPARE(program.list.value(program.predictions).type.shape, (Shape{3, 3}));  // of the loss added first
    }

    void severalHeadsTrainInSixteenBits()
    {
        Graph graph;
        const LayerId classes = head(graph, 3, true);
        addAfter(graph, "softmax_cross_entropy", {classes});
        addAfter(graph, "focal", {classes});
        addAfter(graph, "dice", {classes});
        BuildOptions options = optionsFor(Mode::Train, 3);
        for (const Precision precision : {Precision::BFloat16, Precision::Float16}) {
            options.precision = precision;
            const Program program = builtOrThrown(graph, dataOf({DType::I32, Shape{7}}), options);
            QCOMPARE(program.list.value(program.loss).type.dtype, DType::F32);
        }
    }

    void classesAreWeighedByWhatTheDataHold()
    {
        Graph graph;
        addAfter(graph, "softmax_cross_entropy", {head(graph, 3, true)}, {{"class_weights", std::string("balanced")}});
        DataTypes data = dataOf({DType::I32, Shape{7}});
        data.classCounts = {6, 3, 0};
        const Program program = builtOrThrown(graph, data, optionsFor(Mode::Train, 3));
        const auto init = std::find_if(program.inits.begin(), program.inits.end(), [](const ParameterInit &one) { return one.initializer == Initializer::Values; });
        QVERIFY(init != program.inits.end());
        QCOMPARE(init->values, (std::vector<float>{0.5f, 1.0f, 3.0f}));
        QVERIFY(!program.list.value(init->value).trainable);
        const std::string fault = faultOf(graph, data);
        QVERIFY2(fault.empty(), fault.c_str());
    }

    void typedWeightsNeedOneForEachClass()
    {
        Graph graph;
        const LayerId loss = addAfter(graph, "softmax_cross_entropy", {head(graph, 3, true)},
                                      {{"class_weights", std::string("list")}, {"weights", List{1, 4}}});
        const Problem problem = analyze(graph).problems.at(0);
        QVERIFY(problem.message.find("each of 3 classes, got 2") != std::string::npos);
        applyFix(graph, problem.fix.value());
        QCOMPARE(std::get<List>(graph.find(loss)->parameters.at("weights")), (List{1, 4, 1}));
        QVERIFY(analyze(graph).runnable());
        graph.edit(loss)->parameters["weights"] = List{0, 0, 0};
        QVERIFY(!analyze(graph).runnable());
    }
};

QTEST_GUILESS_MAIN(TestLossNets)
#include "tst_loss_nets.moc"
