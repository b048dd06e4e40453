#include <QtTest>

#include "engine/graph/analysis.h"

using namespace trainyard;

class TestAnalysis : public QObject {
    Q_OBJECT

    using List = std::vector<std::int64_t>;

    // Layers in a row.
    static Graph chain(const std::vector<std::pair<std::string, ParameterMap>> &layers)
    {
        Graph graph;
        LayerId before = 0;
        for (const auto &[type, settings] : layers) {
            const LayerId id = graph.add(type);
            graph.edit(id)->parameters = settings;
            if (before)
                (void)graph.connect({before, id, 0});
            before = id;
        }
        return graph;
    }

    static Graph classifier(std::int64_t units = 10)
    {
        return chain({{"input", {{"shape", List{8, 8, 1}}}},
                      {"conv2d", {{"filters", std::int64_t{16}}}},
                      {"relu", {}},
                      {"flatten", {}},
                      {"dense", {{"units", units}}},
                      {"softmax_cross_entropy", {}}});
    }

    static DataSignature digits() { return {Shape{8, 8, 1}, 10, 0, 1000}; }

    static void apply(Graph &graph, const Fix &fix) { applyFix(graph, fix); }

    static const Problem &only(const GraphAnalysis &analysis)
    {
        if (analysis.problems.size() != 1)
            throw std::runtime_error(std::to_string(analysis.problems.size()) + " problems");
        return analysis.problems[0];
    }

private slots:
    void aSoundNetworkHasShapesAndCounts()
    {
        const Graph graph = classifier();
        const GraphAnalysis analysis = analyze(graph, digits());
        QVERIFY(analysis.runnable());
        QCOMPARE(analysis.layers.at(2).output->text(), std::string("8x8x16"));
        QCOMPARE(analysis.layers.at(2).parameters, std::int64_t{3 * 3 * 16 + 16});
        QCOMPARE(analysis.layers.at(4).output->text(), std::string("1024"));
        QCOMPARE(analysis.layers.at(5).parameters, std::int64_t{1024 * 10 + 10});
        QCOMPARE(analysis.parameters, std::int64_t{160 + 10250});
        QVERIFY(analysis.layers.at(2).label.find("16") != std::string::npos);
    }

    void aDeviceThatIsNoneIsAProblemOfItsLayerAlone()
    {
        Graph graph = classifier();
        graph.edit(2)->device = "cuda:1";
        QVERIFY(analyze(graph, digits()).runnable());  // whether it is in this machine is not the graph's concern
        graph.edit(2)->device = "gpu0";
        const GraphAnalysis analysis = analyze(graph, digits());
        const Problem &problem = only(analysis);
        QCOMPARE(problem.layer, LayerId{2});
        QCOMPARE(problem.message, std::string("conv2d is placed on gpu0, which is no device. Use cpu, cuda:0 or another cuda:N, or leave it to the run."));
        QCOMPARE(problem.key, std::string(kDeviceKey));
        QVERIFY(analysis.layers.at(2).broken);
        QVERIFY(analysis.layers.at(2).output);  // what it computes is known
        QVERIFY(analysis.layers.at(5).output);
        QVERIFY(problem.fix);
        apply(graph, *problem.fix);
        QCOMPARE(graph.find(2)->device, std::string());
        QVERIFY(analyze(graph, digits()).runnable());
    }

    void noSettingOfALayerIsCalledLikeItsDevice()
    {
        for (const LayerSpec &spec : layerCatalog())
            for (const ParameterSpec &parameter : spec.parameters)
                QVERIFY2(parameter.key != kDeviceKey, spec.type.c_str());
    }

    void onlyTheFirstBrokenLayerIsAProblem()
    {
        Graph graph = classifier();
        graph.edit(2)->parameters["padding"] = std::string("valid");
        graph.edit(2)->parameters["kernel"] = List{9, 9};
        const GraphAnalysis analysis = analyze(graph, digits());
        const Problem &problem = only(analysis);
        QCOMPARE(problem.layer, LayerId{2});
        QCOMPARE(problem.key, std::string("kernel"));
        QVERIFY(problem.message.find("9x9") != std::string::npos);
        QVERIFY(problem.message.find("8x8") != std::string::npos);
        QVERIFY(analysis.layers.at(2).broken);
        for (const LayerId below : {3, 4, 5, 6}) {
            QVERIFY(!analysis.layers.at(below).broken);
            QVERIFY(!analysis.layers.at(below).output);
        }
        QVERIFY(analysis.layers.at(1).output);
        apply(graph, *problem.fix);
        QVERIFY(analyze(graph, digits()).runnable());
    }

    void twoBranchesBreakApart()
    {
        Graph graph = classifier();
        for (const LayerId id : {graph.add("conv2d"), graph.add("conv2d")}) {
            graph.edit(id)->parameters["groups"] = std::int64_t{3};
            QVERIFY(graph.connect({1, id, 0}));
        }
        const GraphAnalysis analysis = analyze(graph);
        QCOMPARE(analysis.problems.size(), std::size_t{2});
        for (const Problem &problem : analysis.problems)
            QCOMPARE(problem.key, std::string("groups"));
    }

    void theWrongNumberOfClassesIsMendedAtTheDenseLayer()
    {
        Graph graph = classifier(7);
        const Problem problem = only(analyze(graph, digits()));
        QCOMPARE(problem.layer, LayerId{6});
        QVERIFY(problem.message.find("10") != std::string::npos);
        QVERIFY(problem.message.find("7") != std::string::npos);
        QCOMPARE(problem.fix->layer, LayerId{5});
        QCOMPARE(problem.fix->label, std::string("Set units of dense to 10"));
        apply(graph, *problem.fix);
        QVERIFY(analyze(graph, digits()).runnable());
        QVERIFY(analyze(classifier(7)).runnable());  // without data nothing says that 7 is wrong
    }

    void theWidthIsLookedForAboveActivations()
    {
        Graph graph = chain({{"input", {{"shape", List{8, 8, 1}}}},
                             {"conv2d", {{"filters", std::int64_t{12}}}},
                             {"relu", {}},
                             {"global_avg_pool", {}},
                             {"dropout", {}},
                             {"softmax_cross_entropy", {}}});
        const Problem problem = only(analyze(graph, digits()));
        QCOMPARE(problem.fix->label, std::string("Set filters of conv2d to 10"));
        apply(graph, *problem.fix);
        QVERIFY(analyze(graph, digits()).runnable());
    }

    void anInputThatDoesNotFitTheDataIsMended()
    {
        Graph graph = classifier();
        graph.edit(1)->parameters["shape"] = List{64};
        DataSignature data = digits();
        const GraphAnalysis analysis = analyze(graph, data);
        const Problem &problem = only(analysis);
        QCOMPARE(problem.layer, LayerId{1});
        apply(graph, *problem.fix);
        QVERIFY(analyze(graph, data).runnable());
    }

    void theLossMustSuitTheTarget()
    {
        const DataSignature numbers{Shape{8, 8, 1}, 0, 1, 100};
        QVERIFY(only(analyze(classifier(), numbers)).message.find("mean squared error") != std::string::npos);
        Graph graph = chain({{"input", {}}, {"flatten", {}}, {"dense", {{"units", std::int64_t{1}}}}, {"mean_squared_error", {}}});
        QVERIFY(analyze(graph, numbers).runnable());
        QVERIFY(only(analyze(graph, digits())).message.find("softmax cross-entropy") != std::string::npos);
    }

    void aMaskWantsAValuePerClassAtEveryPixel()
    {
        DataSignature masks = digits();
        masks.classes = 3;
        masks.targetShape = Shape{8, 8};
        Graph graph = chain({{"input", {}}, {"conv2d", {{"filters", std::int64_t{5}}}}, {"softmax_cross_entropy", {}}});
        const Problem problem = only(analyze(graph, masks));
        QVERIFY2(problem.message.find("3 classes at each of 8x8 positions, got 5") != std::string::npos, problem.message.c_str());
        apply(graph, *problem.fix);
        QVERIFY(analyze(graph, masks).runnable());
        const std::string flat = only(analyze(classifier(3), masks)).message;
        QVERIFY2(flat.find("8x8x3") != std::string::npos, flat.c_str());
    }

    void aTargetThatIsTheSampleWantsItsShape()
    {
        DataSignature own = digits();
        own.classes = 0;
        own.targetWidth = 64;
        own.targetShape = Shape{8, 8, 1};
        Graph graph = chain({{"input", {}}, {"flatten", {}}, {"dense", {{"units", std::int64_t{64}}}}, {"mean_squared_error", {}}});
        const std::string flat = only(analyze(graph, own)).message;
        QVERIFY2(flat.find("expects 8x8x1") != std::string::npos && flat.find("got 64") != std::string::npos, flat.c_str());
        graph = chain({{"input", {}}, {"conv2d", {{"filters", std::int64_t{2}}}}, {"mean_squared_error", {}}});
        apply(graph, *only(analyze(graph, own)).fix);
        QVERIFY(analyze(graph, own).runnable());
    }

    void tokensWantAnEmbedding()
    {
        const DataSignature text{Shape{16}, 60, 16, 100, Shape{16}, 60};
        const Graph graph = chain({{"input", {{"shape", List{16}}}}, {"dense", {{"units", std::int64_t{60}}}}, {"softmax_cross_entropy", {}}});
        const GraphAnalysis analysis = analyze(graph, text);
        QCOMPARE(only(analysis).layer, LayerId{2});
        QVERIFY2(only(analysis).message.find("embedding") != std::string::npos, only(analysis).message.c_str());

        Graph reader = chain({{"input", {{"shape", List{16}}}},
                              {"embedding", {{"tokens", std::int64_t{59}}, {"width", std::int64_t{8}}}},
                              {"dense", {{"units", std::int64_t{50}}}},
                              {"softmax_cross_entropy", {}}});
        const Problem tooShort = analyze(reader, text).problems.front();
        QVERIFY2(tooShort.message.find("59 tokens, but the data have 60") != std::string::npos, tooShort.message.c_str());
        apply(reader, *tooShort.fix);
        const Problem tooNarrow = only(analyze(reader, text));  // the last layer has a value for each token, too
        QVERIFY2(tooNarrow.message.find("60 classes at each of 16 positions, got 50") != std::string::npos, tooNarrow.message.c_str());
        apply(reader, *tooNarrow.fix);
        QVERIFY(analyze(reader, text).runnable());
        DataSignature numbers = text;
        numbers.vocabulary = 0;
        QVERIFY(only(analyze(reader, numbers)).message.find("the data are numbers") != std::string::npos);
    }

    void anImageBeforeTheLossIsExplained()
    {
        const Graph graph = chain({{"input", {}}, {"conv2d", {}}, {"softmax_cross_entropy", {}}});
        const GraphAnalysis analysis = analyze(graph, digits());
        const Problem &problem = only(analysis);
        QVERIFY(problem.message.find("8x8x16") != std::string::npos);
        QVERIFY(problem.message.find("10") != std::string::npos);
    }

    void settingsOutOfRangeAreMendedByTheDefault()
    {
        Graph graph = classifier();
        graph.edit(5)->parameters["units"] = std::int64_t{0};
        Problem problem = only(analyze(graph));
        QCOMPARE(problem.key, std::string("units"));
        apply(graph, *problem.fix);
        QVERIFY(analyze(graph).runnable());
        graph.edit(2)->parameters["filters"] = std::string("many");
        QCOMPARE(only(analyze(graph)).key, std::string("filters"));
        graph.edit(2)->parameters = {{"padding_size", List{-5, 9999}}};  // not in force with padding same
        QVERIFY(analyze(graph).runnable());
        graph.edit(2)->parameters["padding"] = std::string("explicit");
        QCOMPARE(only(analyze(graph)).key, std::string("padding_size"));
    }

    void whatIsMissingIsSaid()
    {
        QVERIFY(only(analyze(Graph{})).message.find("empty") != std::string::npos);
        Graph graph = classifier();
        graph.remove(6);
        QVERIFY(only(analyze(graph)).message.find("no loss") != std::string::npos);
        graph = classifier();
        graph.disconnect({2, 3, 0});
        bool dangling = false, nowhere = false;
        for (const Problem &problem : analyze(graph).problems) {
            dangling = dangling || (problem.layer == 3 && problem.message.find("relu") != std::string::npos);
            nowhere = nowhere || (problem.layer == 2 && problem.message.find("nowhere") != std::string::npos);
        }
        QVERIFY(dangling && nowhere);
        graph = classifier();
        graph.remove(1);
        QVERIFY(!analyze(graph).runnable());
    }

    void aMergeOfOneInputAsksForTheOther()
    {
        Graph graph = chain({{"input", {}}, {"add", {}}, {"flatten", {}}, {"dense", {}}, {"mean_squared_error", {}}});
        QVERIFY(only(analyze(graph)).message.find("at least 2") != std::string::npos);
        QVERIFY(graph.connect({1, 2, 1}));
        QVERIFY(analyze(graph).runnable());
    }

    void aNetworkMayHaveSeveralLosses()
    {
        Graph graph = classifier();
        QVERIFY(graph.connect({5, graph.add("hinge"), 0}));
        QVERIFY(analyze(graph, digits()).runnable());
        // Each has to fit the data.
        QVERIFY(graph.connect({5, graph.add("mean_squared_error"), 0}));
        QVERIFY(only(analyze(graph, digits())).message.find("predicts numbers") != std::string::npos);
    }

    void twoClassesMayHaveOneOutput()
    {
        DataSignature data = digits();
        data.classes = 2;
        for (const char *type : {"binary_cross_entropy", "focal", "hinge", "dice"})
            for (const std::int64_t units : {1, 2, 3}) {
                Graph graph = classifier();
                graph.edit(5)->parameters["units"] = units;
                const LayerId loss = graph.layers().back().id;
                graph.edit(loss)->type = type;
                const GraphAnalysis analysis = analyze(graph, data);
                QCOMPARE(analysis.runnable(), units < 3);
                if (units == 3)
                    QCOMPARE(std::get<std::int64_t>(only(analysis).fix->value), std::int64_t{1});
            }
        Graph graph = classifier();
        graph.edit(5)->parameters["units"] = std::int64_t{1};
        QVERIFY(!analyze(graph, data).runnable());  // a softmax needs an output for each
    }

    void anUnknownLayerIsTheProblemAndNothingBelowIt()
    {
        Graph graph = classifier();
        graph.edit(3)->type = "relu_of_the_future";
        const GraphAnalysis analysis = analyze(graph, digits());
        const Problem &problem = only(analysis);
        QCOMPARE(problem.layer, LayerId{3});
        QVERIFY(problem.message.find("relu_of_the_future") != std::string::npos);
    }

    void aCycleNeverGetsIntoAGraph()
    {
        Graph graph;
        const LayerId a = graph.add("relu"), b = graph.add("relu");
        QVERIFY(graph.connect({a, b, 0}));
        QVERIFY(!graph.connect({b, a, 0}));
        QVERIFY(graph.topologicalOrder());
    }

    void sizesThatWouldOverflowAreRefused()
    {
        for (const List &shape : {List{1 << 30, 1 << 30, 1 << 30}, List{1 << 30, 2}, List{1, 1, 1, 1, 1, 1, 1}}) {
            Graph graph = classifier();
            graph.edit(1)->parameters["shape"] = shape;
            QVERIFY(!analyze(graph).runnable());
        }
        Graph graph = classifier();
        graph.edit(1)->parameters["shape"] = List{1 << 10, 1 << 10, 1 << 10};
        graph.edit(2)->parameters["filters"] = std::int64_t{1 << 16};
        QVERIFY(!analyze(graph).runnable());
    }

    // Of any broken graph the analysis says something, and every problem points at a layer that is there.
    void everyDisconnectionIsAProblem()
    {
        const Graph whole = classifier();
        for (const Wire &wire : whole.wires()) {
            Graph graph = whole;
            graph.disconnect(wire);
            const GraphAnalysis analysis = analyze(graph, digits());
            QVERIFY(!analysis.runnable());
            for (const Problem &problem : analysis.problems)
                QVERIFY(problem.layer == 0 || graph.find(problem.layer));
        }
        for (const Layer &layer : whole.layers()) {
            Graph graph = whole;
            graph.remove(layer.id);
            QVERIFY(!analyze(graph, digits()).runnable());
        }
    }
};

QTEST_GUILESS_MAIN(TestAnalysis)
#include "tst_analysis.moc"
