#include <QtTest>

#include <nlohmann/json.hpp>

#include "engine/graph/block_edits.h"
#include "engine/graph/flatten.h"
#include "tests/engine/graph/named_layers.h"

using namespace trainyard;
using trainyard::test::addNamed;

// Layers become a block and come out of it again, and what cannot be is refused with a reason.
class TestBlockEdits : public QObject {
    Q_OBJECT

    using List = std::vector<std::int64_t>;

    static ParameterMap units(std::int64_t count) { return {{"units", count}}; }

    // in -> a -> act -> sum(act, a) -> scores -> loss, with a side way in -> b -> joined.
    static Graph network()
    {
        Graph graph;
        const LayerId in = addNamed(graph, "input", "in", {}, {{"shape", List{8}}});
        const LayerId a = addNamed(graph, "dense", "a", {in}, units(8));
        const LayerId act = addNamed(graph, "tanh", "act", {a});
        const LayerId b = addNamed(graph, "dense", "b", {in}, units(8), 200);
        const LayerId sum = addNamed(graph, "add", "sum", {act, b, a});
        const LayerId scores = addNamed(graph, "dense", "scores", {sum}, units(3));
        addNamed(graph, "softmax_cross_entropy", "loss", {scores});
        return graph;
    }

    static std::vector<LayerId> idsOf(const Graph &graph, const std::vector<std::string> &names)
    {
        std::vector<LayerId> ids;
        for (const std::string &name : names)
            ids.push_back(graph.findByName(name)->id);
        return ids;
    }

    static BlockEdit grouped(const Graph &graph, const std::vector<std::string> &names, const std::string &name = "part")
    {
        auto edit = groupLayers(graph, {}, idsOf(graph, names), name);
        if (!edit)
            throw std::runtime_error(edit.error().message);
        return std::move(*edit);
    }

    static Graph ungrouped(const Graph &graph, LayerId block, const std::string &inBlock = {})
    {
        auto result = ungroup(graph, inBlock, block);
        if (!result)
            throw std::runtime_error(result.error().message);
        return std::move(*result);
    }

    static std::vector<std::string> wireTexts(const Graph &graph)
    {
        std::vector<std::string> texts;
        for (const Wire &wire : graph.wires())
            texts.push_back(fmt::format("{} -> {}:{}", graph.find(wire.from)->name, graph.find(wire.to)->name, wire.port));
        std::sort(texts.begin(), texts.end());
        return texts;
    }

    template <typename T>
    static QString refusal(const Result<T> &result)
    {
        return result ? QString("not refused") : QString::fromStdString(result.error().message);
    }

    static QString groupRefusal(const Graph &graph, const std::vector<std::string> &names, const std::string &inBlock = {})
    {
        const Graph &edited = inBlock.empty() ? graph : *graph.findBlock(inBlock);
        return refusal(groupLayers(graph, inBlock, idsOf(edited, names), "part"));
    }

private slots:
    void groupedLayersBecomeOneBlockWiredAsTheyWere()
    {
        const Graph graph = network();
        const BlockEdit edit = grouped(graph, {"a", "act", "sum"});
        const Layer &block = *edit.graph.find(edit.block);
        QCOMPARE(block.type, std::string(kBlockType));
        QCOMPARE(block.block, std::string("part"));
        // Inputs are numbered from left to right: in stands left of b.
        QCOMPARE(wireTexts(edit.graph), (std::vector<std::string>{"b -> part:1", "in -> b:0", "in -> part:0", "part -> scores:0", "scores -> loss:0"}));
        const Graph &body = *edit.graph.findBlock("part");
        QCOMPARE(wireTexts(body), (std::vector<std::string>{"a -> act:0", "a -> sum:2", "act -> sum:0", "block_input -> a:0", "block_input_2 -> sum:1",
                                                            "sum -> block_output:0"}));
        QCOMPARE(body.findByName("block_input_2")->parameters.at("number"), ParameterValue(std::int64_t{2}));
        QCOMPARE(body.findByName("a")->id, graph.findByName("a")->id);
        QCOMPARE(analyze(edit.graph).parameters, analyze(graph).parameters);
        QVERIFY(analyze(edit.graph).runnable());
    }

    void theBlockStandsWhereItsLayersWereAndItsEndsAroundThem()
    {
        const Graph graph = network();
        const BlockEdit edit = grouped(graph, {"a", "act", "sum"});
        const Layer &block = *edit.graph.find(edit.block);
        QCOMPARE(block.y, std::round((graph.findByName("a")->y + graph.findByName("act")->y + graph.findByName("sum")->y) / 3));
        const Graph &body = *edit.graph.findBlock("part");
        for (const Wire &wire : body.wires())
            QVERIFY(body.find(wire.to)->y >= body.find(wire.from)->y + kLayerStepY);
        QVERIFY(body.findByName("block_input")->x + kLayerStepX <= body.findByName("block_input_2")->x);
    }

    void ungroupingGivesTheNetworkBack()
    {
        const Graph graph = network();
        const BlockEdit edit = grouped(graph, {"a", "act", "sum"});
        const Graph back = ungrouped(edit.graph, edit.block);
        QCOMPARE(wireTexts(back), wireTexts(graph));
        QVERIFY(back.blocks().empty());
        for (const Layer &layer : graph.layers()) {
            Layer expected = layer;
            expected.id = back.findByName(layer.name)->id;
            QCOMPARE(back.findByName(layer.name)->y, expected.y);
            QCOMPARE(*back.findByName(layer.name), expected);
        }
    }

    void idsAreNeverUsedAgain()
    {
        const Graph graph = network();
        const BlockEdit edit = grouped(graph, {"scores"});
        QCOMPARE(edit.block, graph.nextId());
        const Graph back = ungrouped(edit.graph, edit.block);
        QVERIFY(back.findByName("scores")->id > edit.block);
    }

    void aSourceThatFeedsTwiceIsOneInput()
    {
        Graph graph = network();
        const LayerId in = graph.findByName("in")->id;
        const LayerId twice = addNamed(graph, "multiply", "square", {in, in});
        const BlockEdit edit = grouped(graph, {"square"});
        QVERIFY(twice != edit.block);
        QCOMPARE(edit.graph.wiresInto(edit.block).size(), std::size_t{1});
        QCOMPARE(wireTexts(*edit.graph.findBlock("part")),
                 (std::vector<std::string>{"block_input -> square:0", "block_input -> square:1", "square -> block_output:0"}));
    }

    void namesAreMadeFresh()
    {
        Graph graph = grouped(network(), {"scores"}).graph;
        const BlockEdit second = grouped(graph, {"b"});
        QCOMPARE(second.graph.find(second.block)->block, std::string("part_2"));
        const BlockEdit unnamed = grouped(graph, {"b"}, "");
        QCOMPARE(unnamed.graph.find(unnamed.block)->block, std::string("block"));
        const BlockEdit taken = grouped(network(), {"scores"}, "sum");
        QCOMPARE(taken.graph.find(taken.block)->name, std::string("sum_2"));
    }

    void whatCannotBeOneBlockIsRefusedWithTheReason()
    {
        const Graph graph = network();
        QVERIFY(groupRefusal(graph, {}).contains("No layers are chosen"));
        QVERIFY(groupRefusal(graph, {"in", "a"}).contains("in cannot stand inside a block: the input layer"));
        QVERIFY(groupRefusal(graph, {"scores", "loss"}).contains("loss cannot stand inside a block: the loss"));
        QVERIFY(groupRefusal(graph, {"a", "b"}).contains("a and b would each be one"));
        QVERIFY(groupRefusal(graph, {"a", "sum"}).contains("act lies between the chosen layers"));
        QVERIFY(groupRefusal(graph, {"a", "scores"}).contains("lies between the chosen layers"));
        QVERIFY(refusal(groupLayers(graph, {}, {12345}, "part")).contains("no layer with the id 12345"));
        QVERIFY(refusal(groupLayers(graph, "nowhere", {1}, "part")).contains("no block nowhere"));
        Graph loose = graph;
        addNamed(loose, "relu", "loose");
        QVERIFY(groupRefusal(loose, {"loose"}).contains("Nothing comes into"));
    }

    void moreThanEightInputsAreRefused()
    {
        Graph graph;
        const LayerId in = addNamed(graph, "input", "in", {}, {{"shape", List{4}}});
        std::vector<LayerId> first, second;
        for (int i = 0; i < 9; ++i)
            (i < 5 ? first : second).push_back(addNamed(graph, "relu", "relu" + std::to_string(i), {in}));
        const LayerId one = addNamed(graph, "add", "one", first);
        second.push_back(one);
        addNamed(graph, "add", "two", second);
        QVERIFY(groupRefusal(graph, {"one", "two"}).contains("9 other layers feed"));
    }

    void sharedWeightsMayNotCrossTheBorder()
    {
        Graph graph = network();
        graph.edit(graph.findByName("b")->id)->weightsOf = "a";
        QVERIFY(groupRefusal(graph, {"b"}).contains("b uses the weights of a, and only one of the two is chosen"));
        QVERIFY(groupRefusal(graph, {"a", "act", "sum"}).contains("only one of the two"));
        const BlockEdit edit = grouped(graph, {"a", "act", "b", "sum"});
        QCOMPARE(analyze(edit.graph).parameters, analyze(graph).parameters);
        QCOMPARE(analyze(ungrouped(edit.graph, edit.block)).parameters, analyze(graph).parameters);
    }

    void layersInsideADefinitionAreGroupedThere()
    {
        const BlockEdit outer = grouped(network(), {"a", "act", "sum"}, "outer");
        const Graph &body = *outer.graph.findBlock("outer");
        const auto inner = groupLayers(outer.graph, "outer", idsOf(body, {"a", "act", "sum"}), "inner");
        QVERIFY2(inner, qPrintable(refusal(inner)));
        QVERIFY(containsBlock(inner->graph, "outer", "inner"));
        QCOMPARE(analyze(inner->graph).parameters, analyze(network()).parameters);
        QVERIFY(analyze(inner->graph).runnable());
        QCOMPARE(ungrouped(inner->graph, inner->block, "outer").blocks().size(), std::size_t{1});
        QCOMPARE(wireTexts(*ungrouped(inner->graph, inner->block, "outer").findBlock("outer")), wireTexts(body));
        QVERIFY(groupRefusal(outer.graph, {"block_input", "a"}, "outer").contains("is an end of the block"));
        QVERIFY(groupRefusal(outer.graph, {"block_output", "sum"}, "outer").contains("is an end of the block"));
    }

    // in -> a block of one dense layer, repeated -> scores -> loss.
    static BlockEdit repeated(std::int64_t times, bool share)
    {
        BlockEdit edit = grouped(network(), {"a", "act", "sum"});
        Layer &block = *edit.graph.edit(edit.block);
        block.parameters = {{"repeat", times}};
        if (share)
            block.parameters["share_weights"] = true;
        return edit;
    }

    void aRepeatedBlockBecomesThatManyLayers()
    {
        for (const bool share : {false, true}) {
            const BlockEdit edit = repeated(3, share);
            const Graph flat = ungrouped(edit.graph, edit.block);
            QVERIFY(analyze(flat).runnable());
            QCOMPARE(analyze(flat).parameters, analyze(edit.graph).parameters);
            QCOMPARE(flat.layers().size(), flatten(edit.graph).graph.layers().size());
            QCOMPARE(flat.findByName("a_3")->weightsOf, share ? std::string("a") : std::string());
            QVERIFY(flat.findByName("act_3")->weightsOf.empty());  // nothing to share
            QVERIFY(flat.findByName("a_3")->y > flat.findByName("sum_2")->y);
        }
    }

    void whatTheBlockSaysPassesOnToItsLayers()
    {
        BlockEdit edit = grouped(network(), {"a", "act", "sum"});
        Layer &block = *edit.graph.edit(edit.block);
        block.frozen = true;
        block.device = "cpu";
        block.precision = kFloat32Exception;
        block.recompute = true;
        block.learningRateFactor = 0.5;
        Graph body = *edit.graph.findBlock("part");
        body.edit(body.findByName("a")->id)->learningRateFactor = 0.5;
        edit.graph.setBlock("part", body);
        for (const Graph &flat : {ungrouped(edit.graph, edit.block), flatten(edit.graph).graph})
            for (const Layer &layer : flat.layers())
                if (layer.name.ends_with("a")) {
                    QVERIFY(layer.frozen);
                    QCOMPARE(layer.device, std::string("cpu"));
                    QCOMPARE(layer.precision, std::string(kFloat32Exception));
                    QVERIFY(layer.recompute);
                    QCOMPARE(layer.learningRateFactor, 0.25);
                }
    }

    void oneOfTwoBlocksIsTakenApartAndTheDefinitionStays()
    {
        BlockEdit edit = grouped(network(), {"scores"});
        Graph &graph = edit.graph;
        graph.disconnect({edit.block, graph.findByName("loss")->id, 0});
        const LayerId second = addNamed(graph, kBlockType, "second", {edit.block});
        graph.edit(second)->block = "part";
        QVERIFY(graph.connect({second, graph.findByName("loss")->id, 0}));
        QCOMPARE(blockUses(graph, "part"), 2);
        const Graph apart = ungrouped(graph, edit.block);
        QCOMPARE(blockUses(apart, "part"), 1);
        QVERIFY(apart.findBlock("part"));
        QCOMPARE(analyze(apart).parameters, analyze(graph).parameters);
        graph.edit(second)->weightsOf = "part";
        QVERIFY(refusal(ungroup(graph, {}, edit.block)).contains("second uses the weights of part"));
        QVERIFY(refusal(ungroup(graph, {}, second)).contains("second uses the weights of part"));
    }

    void aBrokenBlockIsNotTakenApart()
    {
        const BlockEdit edit = grouped(network(), {"a", "act", "sum"});
        Graph graph = edit.graph;
        graph.removeBlock("part");
        QVERIFY(refusal(ungroup(graph, {}, edit.block)).contains("which is not in the project"));
        graph = edit.graph;
        Graph body = *graph.findBlock("part");
        body.remove(body.findByName("block_output")->id);
        graph.setBlock("part", body);
        QVERIFY(refusal(ungroup(graph, {}, edit.block)).contains("has no output"));
        graph = edit.graph;
        graph.disconnect(graph.wiresInto(edit.block).back());
        QVERIFY(refusal(ungroup(graph, {}, edit.block)).contains("takes 2 inputs, got 1"));
        QVERIFY(refusal(ungroup(edit.graph, {}, edit.graph.findByName("scores")->id)).contains("scores is no block"));
        QVERIFY(refusal(ungroup(edit.graph, {}, 12345)).contains("is no block"));
        QVERIFY(refusal(ungroup(edit.graph, "nowhere", edit.block)).contains("is no block"));
    }

    void aBlockInItselfIsNotTakenApartThere()
    {
        const BlockEdit edit = grouped(network(), {"scores"});
        Graph graph = edit.graph, body = *graph.findBlock("part");
        const LayerId again = addNamed(body, kBlockType, "again", {body.findByName("scores")->id});
        body.edit(again)->block = "part";
        graph.setBlock("part", body);
        QVERIFY(containsBlock(graph, "part", "part"));
        QVERIFY(refusal(ungroup(graph, "part", again)).contains("that it is in"));
        QVERIFY(refusal(ungroup(graph, {}, edit.block)).contains("contains itself"));
    }

    void aBlockThatGivesWhatComesInLeavesAWire()
    {
        Graph body;
        const LayerId in = addNamed(body, kBlockInputType, "in");
        addNamed(body, kBlockOutputType, "out", {in});
        Graph graph = network();
        graph.setBlock("nothing", body);
        const LayerId scores = graph.findByName("scores")->id, loss = graph.findByName("loss")->id;
        graph.disconnect({scores, loss, 0});
        const LayerId block = addNamed(graph, kBlockType, "nothing", {scores});
        graph.edit(block)->block = "nothing";
        QVERIFY(graph.connect({block, loss, 0}));
        QCOMPARE(wireTexts(ungrouped(graph, block)), wireTexts(network()));
    }

    void aDefinitionIsRenamedWhereverItStands()
    {
        BlockEdit edit = grouped(network(), {"a", "act", "sum"}, "outer");
        const auto inner = groupLayers(edit.graph, "outer", idsOf(*edit.graph.findBlock("outer"), {"a"}), "inner");
        const auto renamed = renameBlock(inner->graph, "inner", "first");
        QVERIFY2(renamed, qPrintable(refusal(renamed)));
        QCOMPARE(renamed->blocks().front().name, std::string("outer"));
        QVERIFY(containsBlock(*renamed, "outer", "first"));
        QCOMPARE(analyze(*renamed).parameters, analyze(network()).parameters);
        QVERIFY(analyze(*renamed).runnable());
        QVERIFY(refusal(renameBlock(inner->graph, "inner", "outer")).contains("There is a block outer already"));
        QVERIFY(refusal(renameBlock(inner->graph, "inner", "  ")).contains("needs a name"));
        QVERIFY(refusal(renameBlock(inner->graph, "nobody", "x")).contains("no block nobody"));
        QCOMPARE(*renameBlock(inner->graph, "inner", "inner"), inner->graph);
    }

    void definitionsThatNobodyUsesAreDropped()
    {
        BlockEdit edit = grouped(network(), {"a", "act", "sum"}, "outer");
        const auto inner = groupLayers(edit.graph, "outer", idsOf(*edit.graph.findBlock("outer"), {"a"}), "inner");
        Graph graph = inner->graph;
        QCOMPARE(withoutUnusedBlocks(graph), graph);
        QCOMPARE(blockUses(graph, "inner"), 1);
        QVERIFY(!containsBlock(graph, "inner", "outer"));
        QVERIFY(!containsBlock(graph, "nobody", "outer"));
        graph.remove(inner->graph.findByName("outer")->id);
        QVERIFY(withoutUnusedBlocks(graph).blocks().empty());
        // Two that contain one another and stand nowhere.
        Graph body = *graph.findBlock("inner");
        body.edit(addNamed(body, kBlockType, "x", {body.findByName("a")->id}))->block = "outer";
        graph.setBlock("inner", body);
        QVERIFY(containsBlock(graph, "inner", "inner"));
        QVERIFY(withoutUnusedBlocks(graph).blocks().empty());
    }

    void theLayersInsideAreCountedWithoutAWait()
    {
        BlockEdit edit = grouped(network(), {"a", "act", "sum"});
        edit.graph.edit(edit.block)->parameters["repeat"] = std::int64_t{5};
        QCOMPARE(layersInside(edit.graph, "part"), std::int64_t{3});
        QCOMPARE(layersInside(edit.graph, *edit.graph.find(edit.block)), std::int64_t{15});
        QCOMPARE(layersInside(edit.graph, "nobody"), std::int64_t{0});
        // Two of the one before in each: counted one by one, forty would take days.
        std::string inner = "part";
        for (int level = 1; level <= 40; ++level) {
            Graph body;
            for (int i = 0; i < 2; ++i)
                body.edit(body.add(kBlockType))->block = inner;
            inner = "level" + std::to_string(level);
            edit.graph.setBlock(inner, body);
        }
        QCOMPARE(layersInside(edit.graph, "level10"), std::int64_t{3 * 1024});
        QCOMPARE(layersInside(edit.graph, inner), std::int64_t{kMaxFlatLayers});
        edit.graph.edit(edit.block)->parameters["repeat"] = std::numeric_limits<std::int64_t>::max();  // from a damaged file
        QCOMPARE(layersInside(edit.graph, *edit.graph.find(edit.block)), std::int64_t{kMaxFlatLayers});
        edit.graph.edit(edit.block)->block = "self";
        Graph self = *edit.graph.findBlock("part");
        self.edit(self.add(kBlockType))->block = "self";
        edit.graph.setBlock("self", self);
        QCOMPARE(layersInside(edit.graph, "self"), std::int64_t{3});
    }

    void aGroupedNetworkComesBackFromItsFile()
    {
        const Graph graph = grouped(network(), {"a", "act", "sum"}).graph;
        const auto read = graphFromJson(graphToJson(graph), layoutToJson(graph));
        QVERIFY2(read, qPrintable(refusal(read)));
        QCOMPARE(*read, graph);
    }
};

QTEST_GUILESS_MAIN(TestBlockEdits)
#include "tst_block_edits.moc"
