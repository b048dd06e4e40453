#include <QtTest>

#include <nlohmann/json.hpp>

#include "engine/graph/block_edits.h"
#include "engine/graph/flatten.h"
#include "tests/engine/graph/named_layers.h"

using namespace trainyard;
using trainyard::test::addNamed;

class TestFlatten : public QObject {
    Q_OBJECT

    using List = std::vector<std::int64_t>;

    static LayerId addBlock(Graph &graph, const std::string &definition, const std::string &name, const std::vector<LayerId> &sources,
                            const ParameterMap &settings = {})
    {
        const LayerId id = addNamed(graph, kBlockType, name, sources, settings);
        graph.edit(id)->block = definition;
        return id;
    }

    // x + dense(x), of this many units.
    static Graph residual(std::int64_t units = 8)
    {
        Graph body;
        const LayerId in = addNamed(body, kBlockInputType, "in");
        const LayerId dense = addNamed(body, "dense", "dense1", {in}, {{"units", units}});
        addNamed(body, kBlockOutputType, "out", {addNamed(body, "add", "sum", {in, dense})});
        return body;
    }

    // What comes in goes out.
    static Graph nothing()
    {
        Graph body;
        addNamed(body, kBlockOutputType, "out", {addNamed(body, kBlockInputType, "in")});
        return body;
    }

    // Input of 8 numbers, then the block, then three classes.
    static Graph around(const Graph &definition, const ParameterMap &settings = {})
    {
        Graph graph;
        graph.setBlock("residual", definition);
        const LayerId in = addNamed(graph, "input", "in", {}, {{"shape", List{8}}});
        const LayerId block = addBlock(graph, "residual", "res", {in}, settings);
        addNamed(graph, "softmax_cross_entropy", "loss", {addNamed(graph, "dense", "scores", {block}, {{"units", std::int64_t{3}}})});
        return graph;
    }

    static std::vector<std::string> names(const Graph &graph)
    {
        std::vector<std::string> all;
        for (const Layer &layer : graph.layers())
            all.push_back(layer.name);
        std::sort(all.begin(), all.end());
        return all;
    }

    static std::string onlyProblem(const Graph &graph)
    {
        const GraphAnalysis analysis = analyze(graph);
        std::string all;
        for (const Problem &problem : analysis.problems)
            all += (all.empty() ? "" : " | ") + problem.message;
        return all;
    }

private slots:
    void aBlockBecomesTheLayersOfItsDefinition()
    {
        const Graph graph = around(residual());
        const FlatGraph flat = flatten(graph);
        QVERIFY(flat.problems.empty());
        QCOMPARE(names(flat.graph), (std::vector<std::string>{"in", "loss", "res/dense1", "res/sum", "scores"}));
        const Layer *sum = flat.graph.findByName("res/sum"), *dense = flat.graph.findByName("res/dense1");
        const LayerId in = graph.findByName("in")->id;
        QCOMPARE(flat.graph.wiresInto(sum->id), (std::vector<Wire>{{in, sum->id, 0}, {dense->id, sum->id, 1}}));
        QCOMPARE(flat.graph.wiresInto(flat.graph.findByName("scores")->id).front().from, sum->id);
        const LayerOrigin &origin = flat.origins.at(dense->id);
        QCOMPARE(origin.top, graph.findByName("res")->id);
        QCOMPARE(origin.block, std::string("residual"));
        QCOMPARE(origin.layer, graph.findBlock("residual")->findByName("dense1")->id);
    }

    void aGraphWithoutBlocksStaysAsItIs()
    {
        Graph graph;
        const LayerId in = addNamed(graph, "input", "in", {}, {{"shape", List{8}}});
        addNamed(graph, "relu", "relu1", {in});
        QCOMPARE(flatten(graph).graph, graph);
    }

    void repeatedBlocksStandInARow()
    {
        const FlatGraph flat = flatten(around(residual(), {{"repeat", std::int64_t{3}}}));
        QCOMPARE(names(flat.graph), (std::vector<std::string>{"in", "loss", "res.1/dense1", "res.1/sum", "res.2/dense1", "res.2/sum", "res.3/dense1",
                                                              "res.3/sum", "scores"}));
        QCOMPARE(flat.graph.wiresInto(flat.graph.findByName("res.3/dense1")->id).front().from, flat.graph.findByName("res.2/sum")->id);
        QVERIFY(flat.graph.findByName("res.2/dense1")->weightsOf.empty());
    }

    void repeatedBlocksMayShareTheirWeights()
    {
        const Graph graph = around(residual(), {{"repeat", std::int64_t{3}}, {"share_weights", true}});
        const FlatGraph flat = flatten(graph);
        QVERIFY(flat.graph.findByName("res.1/dense1")->weightsOf.empty());
        QCOMPARE(flat.graph.findByName("res.3/dense1")->weightsOf, std::string("res.1/dense1"));
        QCOMPARE(analyze(graph).parameters, std::int64_t{8 * 8 + 8 + 8 * 3 + 3});
        QCOMPARE(analyze(around(residual(), {{"repeat", std::int64_t{3}}})).parameters, std::int64_t{3 * (8 * 8 + 8) + 8 * 3 + 3});
    }

    void twoBlocksShareWeightsByTheNameOfOne()
    {
        Graph graph = around(residual());
        const LayerId second = addBlock(graph, "residual", "res2", {graph.findByName("res")->id});
        const LayerId scores = graph.findByName("scores")->id;
        graph.disconnect({graph.findByName("res")->id, scores, 0});
        QVERIFY(graph.connect({second, scores, 0}));
        graph.edit(second)->weightsOf = "res";
        QCOMPARE(flatten(graph).graph.findByName("res2/dense1")->weightsOf, std::string("res/dense1"));
        QCOMPARE(analyze(graph).parameters, std::int64_t{8 * 8 + 8 + 8 * 3 + 3});
        graph.edit(second)->weightsOf = "nobody";
        QVERIFY(QString::fromStdString(onlyProblem(graph)).contains("which is not in the network"));
    }

    void aBlocksPrecisionAndRecomputationGoToItsLayers()
    {
        Graph graph = around(residual(), {{"repeat", std::int64_t{2}}});
        Layer *block = graph.edit(graph.findByName("res")->id);
        block->precision = kFloat32Exception;
        block->recompute = true;
        const FlatGraph flat = flatten(graph);
        for (const char *name : {"res.1/dense1", "res.1/sum", "res.2/dense1", "res.2/sum"}) {
            QVERIFY2(flat.graph.findByName(name)->recompute, name);
            QCOMPARE(flat.graph.findByName(name)->precision, std::string(kFloat32Exception));
        }
        QVERIFY(!flat.graph.findByName("scores")->recompute && flat.graph.findByName("scores")->precision.empty());
        // What each repetition gives is kept.
        QCOMPARE(flat.checkpoints, (std::set<LayerId>{flat.graph.findByName("res.1/sum")->id, flat.graph.findByName("res.2/sum")->id}));
        QVERIFY(flatten(around(residual())).checkpoints.empty());
    }

    void precisionAndRecomputationComeBackFromAFileAndAreWrittenOnlyWhereSet()
    {
        Graph graph = around(residual());
        QVERIFY(graphToJson(graph).dump().find("precision") == std::string::npos && graphToJson(graph).dump().find("recompute") == std::string::npos);
        graph.edit(graph.findByName("scores")->id)->precision = kFloat32Exception;
        graph.edit(graph.findByName("res")->id)->recompute = true;
        const auto read = graphFromJson(graphToJson(graph), layoutToJson(graph));
        QVERIFY(read && *read == graph);
        auto json = graphToJson(graph);
        json["layers"][1]["recompute"] = "often";
        const auto refused = graphFromJson(json, layoutToJson(graph));
        QVERIFY(!refused && refused.error().message.find("recompute of res") != std::string::npos);
    }

    void anUnknownPrecisionOfALayerIsSaidAndMended()
    {
        Graph graph = around(residual());
        graph.edit(graph.findByName("scores")->id)->precision = "float8";
        const GraphAnalysis analysis = analyze(graph);
        QCOMPARE(analysis.problems.size(), std::size_t{1});
        QVERIFY(analysis.problems[0].message.find("scores") != std::string::npos && analysis.problems[0].message.find("float8") != std::string::npos);
        applyFix(graph, *analysis.problems[0].fix);
        QVERIFY(analyze(graph).problems.empty());
    }

    void blocksNest()
    {
        Graph outer;
        const LayerId in = addNamed(outer, kBlockInputType, "in");
        const LayerId first = addBlock(outer, "residual", "a", {in});
        addNamed(outer, kBlockOutputType, "out", {addBlock(outer, "residual", "b", {first}, {{"repeat", std::int64_t{2}}})});
        Graph graph = around(residual());
        graph.setBlock("stage", outer);
        graph.edit(graph.findByName("res")->id)->block = "stage";
        const FlatGraph flat = flatten(graph);
        QVERIFY(flat.problems.empty());
        QVERIFY(flat.graph.findByName("res/b.2/dense1"));
        QCOMPARE(flat.origins.at(flat.graph.findByName("res/b.2/dense1")->id).block, std::string("residual"));
        QVERIFY(analyze(graph).runnable());
    }

    void aBlockThatContainsItselfIsNamedWithItsPath()
    {
        Graph outer;
        const LayerId in = addNamed(outer, kBlockInputType, "in");
        addNamed(outer, kBlockOutputType, "out", {addBlock(outer, "stage", "again", {in})});
        Graph graph = around(residual());
        graph.setBlock("stage", outer);
        graph.edit(graph.findByName("res")->id)->block = "stage";
        const GraphAnalysis analysis = analyze(graph);
        QCOMPARE(onlyProblem(graph), std::string("The block stage contains itself: stage -> stage. Take one of them out."));
        QCOMPARE(analysis.problems.front().layer, graph.findByName("res")->id);
    }

    void aBlockWithoutDefinitionInputOrOutputSaysSo()
    {
        Graph graph = around(residual());
        graph.removeBlock("residual");
        QVERIFY(QString::fromStdString(onlyProblem(graph)).contains("which is not in the project"));
        Graph body = residual();
        body.remove(body.findByName("in")->id);
        QVERIFY(QString::fromStdString(onlyProblem(around(body))).contains("has no input"));
        body = residual();
        body.remove(body.findByName("out")->id);
        QVERIFY(QString::fromStdString(onlyProblem(around(body))).contains("has no output"));
        body = residual();
        addNamed(body, "mean_squared_error", "loss2", {body.findByName("sum")->id});
        QVERIFY(QString::fromStdString(onlyProblem(around(body))).contains("loss2 cannot stand inside"));
        body = residual();
        const LayerId more = addNamed(body, kBlockInputType, "in2", {}, {{"number", std::int64_t{2}}});
        QVERIFY(body.connect({more, body.findByName("sum")->id, 2}));
        QVERIFY(QString::fromStdString(onlyProblem(around(body))).contains("res takes 2 inputs, got 1"));
    }

    void theFixOfAProblemInsideABlockChangesItsDefinition()
    {
        Graph graph = around(residual(7));  // 8 + 7 numbers cannot be added
        const GraphAnalysis broken = analyze(graph);
        QCOMPARE(broken.problems.size(), std::size_t{1});
        QCOMPARE(broken.problems.front().layer, graph.findByName("res")->id);
        QVERIFY(broken.layers.at(graph.findByName("res")->id).broken);
        QVERIFY(QString::fromStdString(broken.problems.front().message).contains("res/sum"));
        Fix fix{"", graph.findBlock("residual")->findByName("dense1")->id, "units", std::int64_t{8}, "residual"};
        applyFix(graph, fix);
        QVERIFY(analyze(graph).runnable());
    }

    void analysisTellsWhatABlockGivesAndWhatIsInside()
    {
        const Graph graph = around(residual(), {{"repeat", std::int64_t{2}}});
        const GraphAnalysis analysis = analyze(graph);
        const LayerFacts &block = analysis.layers.at(graph.findByName("res")->id);
        QCOMPARE(block.output->text(), std::string("8"));
        QCOMPARE(block.parameters, std::int64_t{2 * (8 * 8 + 8)});
        QCOMPARE(block.label, std::string("residual, repeated 2 times"));
        const auto &inside = analysis.blocks.at("residual");
        QCOMPARE(inside.at(graph.findBlock("residual")->findByName("dense1")->id).parameters, std::int64_t{8 * 8 + 8});
    }

    void tooManyLayersAreAProblemAndNotAWait_data()
    {
        QTest::addColumn<bool>("empty");
        QTest::addColumn<qint64>("repeat");
        QTest::addColumn<int>("levels");
        QTest::newRow("layers") << false << qint64{64} << 4;
        QTest::newRow("blocks of no layers") << true << qint64{64} << 8;
        QTest::newRow("two in each, many levels") << false << qint64{2} << 40;
        QTest::newRow("a number from a damaged file") << true << qint64{1'000'000'000'000} << 1;
    }
    void tooManyLayersAreAProblemAndNotAWait()
    {
        QFETCH(bool, empty);
        QFETCH(qint64, repeat);
        QFETCH(int, levels);
        const ParameterMap settings{{"repeat", std::int64_t{repeat}}};
        Graph graph = around(empty ? nothing() : residual(), settings);
        std::string inner = "residual";
        for (int level = 0; level < levels; ++level) {
            Graph body;
            const LayerId in = addNamed(body, kBlockInputType, "in");
            const LayerId first = addBlock(body, inner, "x", {in}, settings);
            addNamed(body, kBlockOutputType, "out", {addBlock(body, inner, "y", {first})});
            inner = "level" + std::to_string(level);
            graph.setBlock(inner, body);
        }
        graph.edit(graph.findByName("res")->id)->block = inner;
        const FlatGraph flat = flatten(graph);
        QCOMPARE(flat.problems.size(), std::size_t{1});
        QVERIFY(flat.graph.layers().size() <= kMaxFlatLayers);
    }

    void blocksStandInOneAnotherUpToABound()
    {
        Graph graph = around(residual());
        std::string inner = "residual";
        const auto nest = [&](std::size_t depth) {
            for (std::size_t level = graph.blocks().size(); level < depth; ++level) {
                Graph body;
                const LayerId in = addNamed(body, kBlockInputType, "in");
                addNamed(body, kBlockOutputType, "out", {addBlock(body, inner, "x", {in})});
                inner = "level" + std::to_string(level);
                graph.setBlock(inner, body);
            }
            graph.edit(graph.findByName("res")->id)->block = inner;
        };
        nest(kMaxBlockDepth);
        QVERIFY(flatten(graph).problems.empty());
        QVERIFY(analyze(graph).runnable());
        nest(kMaxBlockDepth + 1);
        QVERIFY2(QString::fromStdString(onlyProblem(graph)).startsWith("The block residual stands inside of 64 others."), onlyProblem(graph).c_str());
        nest(5000);
        QCOMPARE(flatten(graph).problems.size(), std::size_t{1});
        QVERIFY(containsBlock(graph, inner, "residual"));
        QCOMPARE(withoutUnusedBlocks(graph).blocks().size(), std::size_t{5000});
    }

    void blocksComeBackFromAFileAsTheyWere()
    {
        Graph graph = around(residual(), {{"repeat", std::int64_t{2}}});
        graph.edit(graph.findByName("scores")->id)->weightsOf = "other";
        const auto json = graphToJson(graph);
        const auto read = graphFromJson(json, layoutToJson(graph));
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(*read, graph);
        QCOMPARE(graphToJson(*read), json);
    }

    void aBadBlockInAFileIsNamed_data()
    {
        QTest::addColumn<QString>("blocks");
        QTest::addColumn<QString>("message");
        QTest::newRow("no list") << "7" << "must be a list";
        QTest::newRow("no name") << R"([{"layers": []}])" << "an object with a name";
        QTest::newRow("no object") << R"([3])" << "an object with a name";
        QTest::newRow("twice") << R"([{"name": "a", "layers": []}, {"name": "a", "layers": []}])" << "Two blocks have the name a";
        QTest::newRow("a block in a block") << R"([{"name": "a", "layers": [], "blocks": []}])" << "blocks of its own";
        QTest::newRow("bad inside") << R"([{"name": "a", "layers": 5}])" << "In the block a:";
    }
    void aBadBlockInAFileIsNamed()
    {
        QFETCH(QString, blocks);
        QFETCH(QString, message);
        const auto json = nlohmann::ordered_json::parse(R"({"layers": [], "wires": [], "blocks": )" + blocks.toStdString() + "}");
        const auto read = graphFromJson(json, {});
        QVERIFY(!read);
        QVERIFY2(QString::fromStdString(read.error().message).contains(message), read.error().message.c_str());
    }

    void layersOfAFrozenBlockAreFrozenAndItsRateFactorMultipliesTheirs()
    {
        Graph definition = residual();
        definition.edit(definition.findByName("dense1")->id)->learningRateFactor = 0.5;
        Graph graph = around(definition);
        Layer *block = graph.edit(graph.findByName("res")->id);
        block->learningRateFactor = 0.1;
        QCOMPARE(flatten(graph).graph.findByName("res/dense1")->learningRateFactor, 0.05);
        QVERIFY(!flatten(graph).graph.findByName("res/dense1")->frozen);
        graph.edit(block->id)->frozen = true;
        QVERIFY(flatten(graph).graph.findByName("res/dense1")->frozen);
        QVERIFY(!flatten(graph).graph.findByName("scores")->frozen);
    }

    void aProblemInsideTellsWhichLayerOfWhichDefinition()
    {
        Graph definition = residual(7);  // does not add to 8
        const GraphAnalysis analysis = analyze(around(definition));
        QVERIFY(!analysis.problems.empty());
        QCOMPARE(analysis.problems.front().block, "residual");
        QCOMPARE(analysis.problems.front().inside, definition.findByName("sum")->id);
    }
};

QTEST_GUILESS_MAIN(TestFlatten)
#include "tst_flatten.moc"
