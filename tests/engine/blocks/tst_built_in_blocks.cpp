#include <QtTest>

#include <nlohmann/json.hpp>

#include "engine/blocks/built_in_blocks.h"
#include "engine/graph/flatten.h"
#include "tests/engine/backends/net_check.h"

using namespace trainyard;
using namespace trainyard::tests;

// Every built-in block, by what its row says alone: it fits the shape it proposes settings for, has the right gradients, and
// learns.
class TestBuiltInBlocks : public QObject {
    Q_OBJECT

    using List = std::vector<std::int64_t>;
    static constexpr std::int64_t kRows = 8;

    static bool isSequence(const BuiltInBlock &block) { return block.settingsFor(Shape{4, 4, 8}).contains("heads"); }

    static Shape sampleOf(const BuiltInBlock &block) { return isSequence(block) ? Shape{5, 8} : Shape{4, 4, 8}; }

    static BlockEdit added(const Graph &graph, const BuiltInBlock &block, const ParameterMap &settings, const std::string &inBlock = {})
    {
        auto edit = addBuiltInBlock(graph, inBlock, block.name, LayerSettings(block.settings, settings), 0, 80);
        if (!edit)
            throw std::runtime_error(edit.error().message);
        return std::move(*edit);
    }

    // sample -> block -> flatten -> three classes
    static Graph networkWith(const BuiltInBlock &block, const ParameterMap &settings, const Shape &sample)
    {
        Graph graph;
        const LayerId in = addAfter(graph, "input", {}, {{"shape", sample.sizes()}});
        BlockEdit edit = added(graph, block, settings);
        graph = std::move(edit.graph);
        const Graph &body = *graph.findBlock(graph.find(edit.block)->block);
        int port = 0;
        for (const Layer &layer : body.layers())
            if (layer.type == kBlockInputType && !graph.connect({in, edit.block, port++}))
                throw std::runtime_error("cannot be connected");
        const LayerId scores = addAfter(graph, "dense", {addAfter(graph, "flatten", {edit.block})}, {{"units", std::int64_t{3}}});
        addAfter(graph, "softmax_cross_entropy", {scores});
        return graph;
    }

    static DataTypes dataOf(const Shape &sample)
    {
        DataTypes data;
        data.features = {DType::F32, sample.withBatch(kRows)};
        data.targets = {DType::I32, Shape{kRows}};
        return data;
    }

    static void everyBlock()
    {
        QTest::addColumn<QString>("name");
        for (const BuiltInBlock &block : builtInBlocks())
            QTest::newRow(block.name.c_str()) << QString::fromStdString(block.name);
    }

    static const BuiltInBlock &fetched()
    {
        const QString *name = static_cast<const QString *>(QTest::qData("name", QMetaType::QString));
        return *findBuiltInBlock(name->toStdString());
    }

    // The proposed settings, and each of the others at another value.
    static std::vector<ParameterMap> variants(const BuiltInBlock &block, const Shape &sample)
    {
        const ParameterMap base = block.settingsFor(sample);
        std::vector<ParameterMap> all{base};
        const auto with = [&](const std::string &key, ParameterValue value) {
            all.push_back(base);
            all.back()[key] = std::move(value);
        };
        for (const ParameterSpec &spec : block.settings) {
            for (const std::string &choice : spec.choices)
                with(spec.key, choice);
            if (spec.kind == ParameterKind::Boolean)
                with(spec.key, !std::get<bool>(spec.defaultValue));
            if (spec.key == "dropout")
                with(spec.key, 0.0);
            if (spec.kind == ParameterKind::Integer && !base.contains(spec.key))
                with(spec.key, std::int64_t{2});
        }
        return all;
    }

private slots:
    void everyBlockSaysWhatItIs_data() { everyBlock(); }
    void everyBlockSaysWhatItIs()
    {
        const BuiltInBlock &block = fetched();
        QVERIFY(!block.title.empty() && block.summary.ends_with('.') && block.help.size() > 100);
        for (const ParameterSpec &spec : block.settings) {
            QVERIFY2(!spec.label.empty() && spec.help.ends_with('.'), spec.key.c_str());
            QVERIFY(!checkParameter(spec, spec.defaultValue));
        }
        const ParameterMap usual;
        const LayerSettings settings(block.settings, usual);
        QCOMPARE(block.make(settings), block.make(settings));
        QVERIFY(settingsFor(block.name, Shape{3}).empty());  // nothing to say about a table
    }

    void proposedSettingsAreInRangeAndFit_data() { everyBlock(); }
    void proposedSettingsAreInRangeAndFit()
    {
        const BuiltInBlock &block = fetched();
        for (const Shape &sample : {Shape{4, 4, 8}, Shape{6, 10, 1}, Shape{28, 28, 3}, Shape{32, 32, 64}}) {
            const Shape shape = isSequence(block) ? Shape{sample[0], sample[2]} : sample;
            const ParameterMap proposed = settingsFor(block.name, shape);
            for (const auto &[key, value] : proposed) {
                const auto spec = std::find_if(block.settings.begin(), block.settings.end(), [&, k = key](const ParameterSpec &one) { return one.key == k; });
                QVERIFY2(spec != block.settings.end() && !checkParameter(*spec, value), key.c_str());
            }
            const GraphAnalysis analysis = analyze(networkWith(block, proposed, shape));
            QVERIFY2(analysis.runnable(), analysis.runnable() ? "" : analysis.problems.front().message.c_str());
        }
    }

    void everySettingGivesANetworkThatIsAnalysedAndBuilt_data() { everyBlock(); }
    void everySettingGivesANetworkThatIsAnalysedAndBuilt()
    {
        const BuiltInBlock &block = fetched();
        const Shape sample = sampleOf(block);
        for (const ParameterMap &settings : variants(block, sample)) {
            std::string shown;
            for (const auto &[key, value] : settings)
                for (const ParameterSpec &spec : block.settings)
                    if (spec.key == key)
                        shown += key + " " + parameterText(spec, value) + " ";
            const Graph graph = networkWith(block, settings, sample);
            const GraphAnalysis analysis = analyze(graph);
            QVERIFY2(analysis.runnable(), (shown + (analysis.runnable() ? "" : analysis.problems.front().message)).c_str());
            const Program program = builtOrThrown(graph, dataOf(sample), optionsFor(Mode::Train, kRows));
            QCOMPARE(program.parameterCount(), analysis.parameters);
            const auto read = graphFromJson(graphToJson(graph), layoutToJson(graph));
            QVERIFY(read && *read == graph);
        }
    }

    void layersStandBelowWhatFeedsThemAndNotOnEachOther_data() { everyBlock(); }
    void layersStandBelowWhatFeedsThemAndNotOnEachOther()
    {
        const BuiltInBlock &block = fetched();
        for (const ParameterMap &settings : variants(block, sampleOf(block))) {
            const Graph body = block.make(LayerSettings(block.settings, settings));
            for (const Wire &wire : body.wires())
                QVERIFY(body.find(wire.to)->y >= body.find(wire.from)->y + kLayerStepY);
            for (const Layer &a : body.layers())
                for (const Layer &b : body.layers()) {
                    const bool apart = std::abs(a.x - b.x) >= kLayerStepX || std::abs(a.y - b.y) >= kLayerStepY;
                    QVERIFY2(a.id == b.id || apart, (a.name + " and " + b.name).c_str());
                    QVERIFY2(a.id == b.id || a.name != b.name, a.name.c_str());
                }
        }
    }

    void gradientsAreTheSlopesOfTheLoss_data() { everyBlock(); }
    void gradientsAreTheSlopesOfTheLoss()
    {
        const BuiltInBlock &block = fetched();
        const Shape sample = sampleOf(block);
        ParameterMap settings = block.settingsFor(sample);
        for (const ParameterSpec &spec : block.settings) {
            if (spec.key == "activation")
                settings["activation"] = std::string("silu");  // has a slope everywhere
            if (spec.key == "filters" && !settings.contains("filters"))
                settings["filters"] = std::int64_t{4};
        }
        const std::string fault = gradientFault(builtOrThrown(networkWith(block, settings, sample), dataOf(sample), optionsFor(Mode::Train, 4)), {9, 0, 0, 4}, 2e-3, 2);
        QVERIFY2(fault.empty(), fault.c_str());
    }

    void everyBlockLearns_data() { everyBlock(); }
    void everyBlockLearns()
    {
        const BuiltInBlock &block = fetched();
        const Shape sample = sampleOf(block);
        ParameterMap settings = block.settingsFor(sample);
        const Program program = builtOrThrown(networkWith(block, settings, sample), dataOf(sample), optionsFor(Mode::Train, kRows));
        CpuRun run(program);
        writeStart(run, startOf(program));
        std::vector<double> losses;
        for (std::uint64_t step = 0; step < 60; ++step) {
            run.run({9, step, 0.05F, static_cast<int>(kRows)});
            losses.push_back(run.read(program.loss)[0]);
            QVERIFY(std::isfinite(losses.back()));
        }
        QVERIFY2(losses.back() < losses.front() / 2, qPrintable(QString("%1 at first, %2 at last").arg(losses.front()).arg(losses.back())));
    }

    void aRepeatedBlockTrains()
    {
        const BuiltInBlock &block = *findBuiltInBlock("residual");
        const Shape sample{4, 4, 8};
        Graph graph = networkWith(block, block.settingsFor(sample), sample);
        graph.edit(graph.findByName("residual")->id)->parameters["repeat"] = std::int64_t{3};
        const Program program = builtOrThrown(graph, dataOf(sample), optionsFor(Mode::Train, 4));
        QCOMPARE(program.parameterCount(), analyze(graph).parameters);
    }

    void aFrozenBlockKeepsItsWeightsAndAFactorSlowsThem()
    {
        const BuiltInBlock &block = *findBuiltInBlock("residual");
        const Shape sample{4, 4, 8};
        const auto moved = [&](bool frozen, double factor) {
            Graph graph = networkWith(block, block.settingsFor(sample), sample);
            Layer &layer = *graph.edit(graph.findByName("residual")->id);
            layer.frozen = frozen;
            layer.learningRateFactor = factor;
            const Program program = builtOrThrown(graph, dataOf(sample), optionsFor(Mode::Train, kRows));
            const Values64 start = startOf(program);
            CpuRun run(program);
            writeStart(run, start);
            run.run({9, 0, 0.05F, static_cast<int>(kRows)});
            std::map<std::string, double> distances;
            for (const ParameterInit &init : program.inits) {
                const Tensor64 now = run.read(init.value);
                double &distance = distances[program.list.value(init.value).name];
                for (std::size_t i = 0; i < now.size(); ++i)
                    distance = std::max(distance, std::abs(now[i] - start[static_cast<std::size_t>(init.value)][i]));
            }
            return distances;
        };
        const auto free = moved(false, 1), frozen = moved(true, 1), slow = moved(false, 0.125);
        QVERIFY(free.at("residual/conv1/weights") > 0 && free.at("residual/norm1/running_mean") > 0);
        for (const auto &[name, distance] : frozen)
            QCOMPARE(distance > 0, !name.starts_with("residual/"));
        const double ratio = slow.at("residual/conv1/weights") / free.at("residual/conv1/weights");
        QVERIFY2(std::abs(ratio - 0.125) < 0.001, qPrintable(QString::number(ratio)));
    }

    void aBlockOfTheSameContentIsUsedAgain()
    {
        const BuiltInBlock &block = *findBuiltInBlock("residual");
        const BlockEdit first = added(Graph(), block, {}), second = added(first.graph, block, {}), third = added(second.graph, block, {{"filters", std::int64_t{32}}});
        QCOMPARE(second.graph.blocks().size(), std::size_t{1});
        QCOMPARE(blockUses(second.graph, "residual"), 2);
        QCOMPARE(second.graph.find(second.block)->name, std::string("residual_2"));
        QCOMPARE(third.graph.find(third.block)->block, std::string("residual_2"));
        QCOMPARE(added(third.graph, block, {{"filters", std::int64_t{32}}}).graph.blocks().size(), std::size_t{2});
    }

    void aBlockAddedInsideOneOfItsKindIsAnother()
    {
        const BuiltInBlock &block = *findBuiltInBlock("unet");
        const BlockEdit outer = added(Graph(), block, {});
        const BlockEdit inner = added(outer.graph, block, {}, "unet");
        QVERIFY(inner.graph.findBlock("unet")->find(inner.block));
        QVERIFY(containsBlock(inner.graph, "unet", "unet_2"));
        QVERIFY(!containsBlock(inner.graph, "unet", "unet"));
        // One more, inside the inner one: the outer one contains it.
        const BlockEdit innermost = added(inner.graph, block, {}, "unet_2");
        QVERIFY(!containsBlock(innermost.graph, "unet", "unet") && !containsBlock(innermost.graph, "unet_2", "unet_2"));
    }

    void whatIsNotThereOrOutOfRangeIsRefused()
    {
        const BuiltInBlock &block = *findBuiltInBlock("residual");
        const ParameterMap none, bad{{"filters", std::int64_t{0}}};
        const auto message = [](const Result<BlockEdit> &result) { return result ? QString() : QString::fromStdString(result.error().message); };
        QVERIFY(message(addBuiltInBlock({}, {}, "resnet", LayerSettings(block.settings, none), 0, 0)).contains("no built-in block resnet"));
        QVERIFY(message(addBuiltInBlock({}, "nowhere", "residual", LayerSettings(block.settings, none), 0, 0)).contains("no block nowhere"));
        QVERIFY(message(addBuiltInBlock({}, {}, "residual", LayerSettings(block.settings, bad), 0, 0)).contains("Filters"));
        QVERIFY(!findBuiltInBlock("resnet"));
        QVERIFY(settingsFor("resnet", Shape{4, 4, 8}).empty());
        QVERIFY(!settingsFor("inverted_residual", Shape{4, 4, 100000}).contains("channels"));  // more than it takes
    }

    void aNumberPerChannelIsMultipliedIntoEveryPosition()
    {
        Graph graph;
        const LayerId in = addAfter(graph, "input", {}, {{"shape", List{4, 4, 8}}});
        const LayerId narrow = addAfter(graph, "dense", {addAfter(graph, "global_avg_pool", {in})}, {{"units", std::int64_t{7}}});
        const LayerId product = addAfter(graph, "multiply", {narrow, in});
        QVERIFY(QString::fromStdString(analyze(graph).problems.front().message).contains("one number for each channel of the largest, which is 4x4x8; got 7 at input 1"));
        graph.edit(narrow)->parameters["units"] = std::int64_t{8};
        QCOMPARE(analyze(graph).layers.at(product).output->text(), std::string("4x4x8"));
        addAfter(graph, "softmax_cross_entropy", {addAfter(graph, "dense", {addAfter(graph, "flatten", {product})}, {{"units", std::int64_t{3}}})});
        const std::string fault = gradientFault(builtOrThrown(graph, dataOf(Shape{4, 4, 8}), optionsFor(Mode::Train, 4)), {9, 0, 0, 4}, 2e-3);
        QVERIFY2(fault.empty(), fault.c_str());
    }
};

QTEST_GUILESS_MAIN(TestBuiltInBlocks)
#include "tst_built_in_blocks.moc"
