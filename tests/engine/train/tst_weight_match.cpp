#include <QtTest>

#include <numeric>

#include <nlohmann/json.hpp>

#include "engine/program/build.h"
#include "engine/train/weight_match.h"
#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;

namespace {

using List = std::vector<std::int64_t>;

TensorEntry entry(std::string name, Shape shape, std::optional<DType> type = DType::F32)
{
    return {std::move(name), type ? dtypeName(*type) : "F8_E4M3", type, std::move(shape), 0, 0};
}

SafetensorsHeader sourceOf(std::vector<TensorEntry> tensors, std::map<std::string, std::string> metadata = {})
{
    return {std::move(tensors), std::move(metadata)};
}

std::vector<NetworkTensor> tensorsOf(const Graph &graph, const Shape &sample, std::int64_t classes)
{
    DataTypes data;
    std::vector<std::int64_t> rows = sample.sizes();
    rows.insert(rows.begin(), 8);
    data.features = {DType::F32, Shape(rows)};
    data.targets = {DType::I32, Shape{8}};
    data.classCounts.assign(static_cast<std::size_t>(classes), 1);
    BuildOptions options;
    options.mode = Mode::Evaluate;
    options.batchSize = 2;
    const auto program = buildProgram(graph, data, options);
    [&] { QVERIFY2(program, program ? "" : program.error().message.c_str()); }();
    return program ? networkTensors(graph, *program) : std::vector<NetworkTensor>();
}

// dense (2 to 16, no bias), batch_norm, dense_2 (16 to 3).
std::vector<NetworkTensor> smallNetwork()
{
    return tensorsOf(*smallGraph(), Shape{2}, 3);
}

Graph imageGraph()
{
    return chainOf({{"input", {{"shape", List{4, 6, 2}}}},
                    {"conv2d", {{"filters", std::int64_t{3}}}},
                    {"batch_norm", {}},
                    {"relu", {}},
                    {"flatten", {}},
                    {"dropout", {}},
                    {"dense", {{"units", std::int64_t{5}}}},
                    {"softmax_cross_entropy", {}}});
}

const TensorMatch &named(const WeightMatch &match, const std::string &name)
{
    const auto found = std::find_if(match.tensors.begin(), match.tensors.end(), [&](const TensorMatch &one) { return one.target.name == name; });
    if (found == match.tensors.end())
        qFatal("no tensor %s", name.c_str());
    return *found;
}

std::vector<TensorEntry> ownTensors(const std::vector<NetworkTensor> &network)
{
    std::vector<TensorEntry> tensors;
    for (const NetworkTensor &one : network)
        tensors.push_back(entry(one.name, one.shape));
    return tensors;
}

}  // namespace

class TestWeightMatch : public QObject {
    Q_OBJECT
private slots:
    void aNetworkOffersItsWeightsAndRunningStatistics()
    {
        std::vector<std::string> names;
        for (const NetworkTensor &one : smallNetwork())
            names.push_back(one.name);
        const std::vector<std::string> wanted{"dense/weights",  "batch_norm/gamma", "batch_norm/beta", "batch_norm/running_mean", "batch_norm/running_variance",
                                              "dense_2/weights", "dense_2/bias"};
        QVERIFY2(names == wanted, nlohmann::json(names).dump().c_str());
    }

    void whatIsMadeOfTheSettingsIsNotTakenFromElsewhere()
    {
        Graph graph = *smallGraph();
        for (const Layer &layer : graph.layers())
            if (layer.type == "softmax_cross_entropy")
                graph.edit(layer.id)->parameters["class_weights"] = std::string("balanced");
        QCOMPARE(tensorsOf(graph, Shape{2}, 3).size(), smallNetwork().size());
    }

    void namesAndShapesMatchExactly()
    {
        auto tensors = ownTensors(smallNetwork());
        tensors[0].shape = Shape{3, 16};                    // differs
        tensors[1].name = "batch_norm/Gamma";               // another name
        tensors[2] = entry("batch_norm/beta", Shape{16}, std::nullopt);
        tensors.push_back(entry("optimizer/dense/weights/m", Shape{2, 16}));
        const WeightMatch match = matchWeights(smallNetwork(), sourceOf(tensors, {{"format", "trainyard-checkpoint-1"}}), {});
        QCOMPARE(match.layout, SourceLayout::Trainyard);
        QCOMPARE(named(match, "dense/weights").state, MatchState::ShapeDiffers);
        QCOMPARE(named(match, "dense/weights").note(), std::string("the source has 3x16, 2x16 is needed"));
        QCOMPARE(named(match, "batch_norm/gamma").state, MatchState::Missing);
        QCOMPARE(named(match, "batch_norm/beta").state, MatchState::Unreadable);
        QCOMPARE(named(match, "dense_2/weights").state, MatchState::Loaded);
        QCOMPARE(match.loadedTensors(), std::size_t{4});
        QCOMPARE(match.loadedValues(), std::int64_t{16 + 16 + 48 + 3});
        QCOMPARE(match.unused.size(), std::size_t{1});  // what an optimizer kept is not weights
        QCOMPARE(match.unused[0].name, std::string("batch_norm/Gamma"));
        QVERIFY(match.loadedLayers() == std::vector<std::string>{"dense_2"});
        QVERIFY(match.check("x"));
    }

    void averagesAreTakenWhereARunKeptThem()
    {
        auto tensors = ownTensors(smallNetwork());
        tensors.push_back(entry("average/dense/weights", Shape{2, 16}));
        const WeightMatch match = matchWeights(smallNetwork(), sourceOf(tensors, {{"format", "trainyard-checkpoint-1"}}), {});
        QCOMPARE(named(match, "dense/weights").from, std::string("average/dense/weights"));
        QCOMPARE(named(match, "dense_2/weights").from, std::string("dense_2/weights"));
        QCOMPARE(match.notes.size(), std::size_t{1});
        QVERIFY(match.unused.empty());
        // Elsewhere it is a name as any other.
        QCOMPARE(named(matchWeights(smallNetwork(), sourceOf(tensors), {}), "dense/weights").from, std::string("dense/weights"));
    }

    void aLayerIsLeftOutWithAllItHas()
    {
        StartFrom options;
        options.leaveOut = {"dense_2", "nobody"};
        const WeightMatch match = matchWeights(smallNetwork(), sourceOf(ownTensors(smallNetwork())), options);
        QCOMPARE(named(match, "dense_2/weights").state, MatchState::LeftOut);
        QCOMPARE(named(match, "dense_2/bias").state, MatchState::LeftOut);
        QCOMPARE(named(match, "dense/weights").state, MatchState::Loaded);
        QCOMPARE(match.notes.size(), std::size_t{1});
        QVERIFY(match.notes[0].find("nobody") != std::string::npos);
        QCOMPARE(match.unused.size(), std::size_t{2});
    }

    void whereNothingMatchesBothSidesAreNamed()
    {
        const WeightMatch match = matchWeights(smallNetwork(), sourceOf({entry("encoder/kernel", Shape{2, 16})}), {});
        const Status status = match.check("some.safetensors");
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::InvalidArgument);
        for (const char *part : {"some.safetensors", "dense/weights", "encoder/kernel"})
            QVERIFY2(status.error().message.find(part) != std::string::npos, status.error().message.c_str());
        QVERIFY(!matchWeights(smallNetwork(), sourceOf({}), {}).check("x"));
        QVERIFY(!matchWeights({}, sourceOf({}), {}).check("x"));
    }

    void aModulesStateIsKnownByItsNames()
    {
        QVERIFY(isPytorchLaidOut(sourceOf({entry("a.weight", Shape{1}), entry("b.running_var", Shape{1}), entry("b.num_batches_tracked", {}, DType::I64)})));
        QVERIFY(isPytorchLaidOut(sourceOf({entry("cls_token", Shape{1})}, {{"format", "pt"}})));
        QVERIFY(!isPytorchLaidOut(sourceOf({entry("a.weight", Shape{1}), entry("a.kernel", Shape{1})})));
        QVERIFY(!isPytorchLaidOut(sourceOf({entry("a/weight", Shape{1})}, {{"format", "pt"}})));
        QVERIFY(!isPytorchLaidOut(sourceOf({})));
    }

    void pytorchsNamesAndLayoutsAreTurned()
    {
        const auto network = tensorsOf(imageGraph(), Shape{4, 6, 2}, 5);
        const auto source = sourceOf({entry("conv2d.weight", Shape{3, 2, 3, 3}), entry("conv2d.bias", Shape{3}), entry("batch_norm.weight", Shape{3}),
                                      entry("batch_norm.bias", Shape{3}), entry("batch_norm.running_mean", Shape{3}), entry("batch_norm.running_var", Shape{3}),
                                      entry("batch_norm.num_batches_tracked", {}, DType::I64), entry("dense.weight", Shape{5, 72}), entry("dense.bias", Shape{5})});
        const WeightMatch match = matchWeights(network, source, {});
        QCOMPARE(match.layout, SourceLayout::PyTorch);
        QCOMPARE(match.loadedTensors(), network.size());
        QVERIFY(match.unused.empty());
        QCOMPARE(named(match, "batch_norm/running_variance").from, std::string("batch_norm.running_var"));
        QVERIFY(named(match, "conv2d/weights").note().find("out x in x height x width") != std::string::npos);
        QVERIFY(named(match, "dense/weights").note().find("channels") != std::string::npos);
        QCOMPARE(named(match, "dense/weights").target.flattened, (Shape{4, 6, 3}));
    }

    void theElementsLandWhereTheyBelong()
    {
        const auto network = tensorsOf(imageGraph(), Shape{4, 6, 2}, 5);
        const auto formOf = [&](const char *name) {
            for (const NetworkTensor &one : network)
                if (one.name == name)
                    return pytorchForm(one);
            return StoredForm();
        };
        // Each element is its own place in the stored tensor.
        std::vector<float> stored(3 * 2 * 3 * 3);
        std::iota(stored.begin(), stored.end(), 0.0f);
        const auto conv = inNetworksOrder(stored, {}, formOf("conv2d/weights"), 54);
        for (std::size_t h = 0; h < 3; ++h)
            for (std::size_t w = 0; w < 3; ++w)
                for (std::size_t in = 0; in < 2; ++in)
                    for (std::size_t out = 0; out < 3; ++out)
                        QCOMPARE(conv[((h * 3 + w) * 2 + in) * 3 + out], static_cast<float>(((out * 2 + in) * 3 + h) * 3 + w));
        stored.resize(5 * 72);
        std::iota(stored.begin(), stored.end(), 0.0f);
        const auto dense = inNetworksOrder(stored, {}, formOf("dense/weights"), 360);
        for (std::size_t h = 0; h < 4; ++h)
            for (std::size_t w = 0; w < 6; ++w)
                for (std::size_t c = 0; c < 3; ++c)
                    for (std::size_t out = 0; out < 5; ++out)
                        QCOMPARE(dense[((h * 6 + w) * 3 + c) * 5 + out], static_cast<float>(out * 72 + (c * 4 + h) * 6 + w));
    }

    // Convolutions along a sequence have channels, which PyTorch has first; a dense layer at each position has features.
    void aFlattenedSequenceIsTurnedWhereItHasChannels()
    {
        const auto flattened = [](const char *type, const ParameterMap &settings) {
            const Graph graph = chainOf({{"input", {{"shape", List{8, 3}}}}, {type, settings}, {"relu", {}}, {"flatten", {}}, {"dense", {{"units", std::int64_t{4}}}},
                                         {"softmax_cross_entropy", {}}});
            return tensorsOf(graph, Shape{8, 3}, 4).end()[-2].flattened;
        };
        QCOMPARE(flattened("conv1d", {{"filters", std::int64_t{5}}}), (Shape{8, 5}));
        QCOMPARE(flattened("max_pool1d", {}), (Shape{4, 3}));
        QCOMPARE(flattened("dense", {{"units", std::int64_t{5}}}).rank(), std::size_t{0});
    }

    void recurrentLayersHaveOneBiasOfTwo()
    {
        for (const auto &[type, gates] : {std::pair("lstm", std::int64_t{4}), std::pair("gru", std::int64_t{3})}) {
            const Graph graph = chainOf({{"input", {{"shape", List{6, 2}}}}, {type, {{"units", std::int64_t{5}}, {"layers", std::int64_t{2}}, {"bidirectional", true}}},
                                         {"dense", {{"units", std::int64_t{3}}}}, {"softmax_cross_entropy", {}}});
            const auto network = tensorsOf(graph, Shape{6, 2}, 3);
            std::vector<TensorEntry> tensors{entry("old.weight", Shape{3, 10}), entry("old.bias", Shape{3})};
            for (const char *stem : {"was", type}) {
                for (const char *place : {"l0", "l0_reverse", "l1", "l1_reverse"}) {
                    const std::int64_t in = place[1] == '0' ? 2 : 10;
                    const auto name = [&](const char *what) { return fmt::format("{}.{}_{}", stem, what, place); };
                    tensors.insert(tensors.end(), {entry(name("weight_ih"), Shape{gates * 5, in}), entry(name("weight_hh"), Shape{gates * 5, 5}),
                                                   entry(name("bias_ih"), Shape{gates * 5}), entry(name("bias_hh"), Shape{gates * 5})});
                }
                StartFrom options;
                options.byOrder = stem == std::string("was");  // with other names first
                const WeightMatch match = matchWeights(network, sourceOf(tensors), options);
                QCOMPARE(match.layout, SourceLayout::PyTorch);
                QCOMPARE(match.loadedTensors(), network.size() - (options.byOrder ? 0 : 2));
                const TensorMatch &bias = named(match, std::string(type) + "/layer2_reverse/bias");
                QCOMPARE(bias.from, std::string(stem) + ".bias_ih_l1_reverse");
                QCOMPARE(tensors[*bias.added].name, std::string(stem) + ".bias_hh_l1_reverse");
                QCOMPARE(match.unused.size(), std::size_t(options.byOrder ? 0 : 18));
            }
        }
    }

    void aWrappersPrefixIsPassedOver()
    {
        std::vector<TensorEntry> tensors{entry("module.dense.weight", Shape{16, 2}), entry("module.dense_2.weight", Shape{3, 16}), entry("module.dense_2.bias", Shape{3})};
        const WeightMatch match = matchWeights(smallNetwork(), sourceOf(tensors), {});
        QCOMPARE(match.loadedTensors(), std::size_t{3});
        QVERIFY(match.notes.at(0).find("module.") != std::string::npos);
        tensors.push_back(entry("other.weight", Shape{1}));
        QCOMPARE(matchWeights(smallNetwork(), sourceOf(tensors), {}).loadedTensors(), std::size_t{0});
    }

    // Files of PyTorch's are sorted by letters: layer "10" comes before "2".
    void layersOfOtherNamesMatchByOrderOnlyIfAskedFor()
    {
        const std::vector<TensorEntry> tensors{entry("10.bias", Shape{3}), entry("10.weight", Shape{3, 16}), entry("2.weight", Shape{16, 2}),
                                               entry("3.bias", Shape{16}), entry("3.num_batches_tracked", {}, DType::I64), entry("3.running_mean", Shape{16}),
                                               entry("3.running_var", Shape{16}), entry("3.weight", Shape{16})};
        QCOMPARE(matchWeights(smallNetwork(), sourceOf(tensors), {}).loadedTensors(), std::size_t{0});
        StartFrom options;
        options.byOrder = true;
        const WeightMatch match = matchWeights(smallNetwork(), sourceOf(tensors), options);
        QCOMPARE(match.loadedTensors(), match.tensors.size());
        QCOMPARE(named(match, "dense/weights").from, std::string("2.weight"));
        QCOMPARE(named(match, "batch_norm/gamma").from, std::string("3.weight"));
        QCOMPARE(named(match, "dense_2/bias").from, std::string("10.bias"));
        QVERIFY(named(match, "dense_2/bias").note().find("by order") != std::string::npos);
    }

    void equalLayersMatchInTheOrderTheyCome()
    {
        const Graph graph = chainOf({{"input", {{"shape", List{4}}}}, {"dense", {{"units", std::int64_t{4}}}}, {"dense", {{"units", std::int64_t{4}}}},
                                     {"dense", {{"units", std::int64_t{4}}}}, {"softmax_cross_entropy", {}}});
        std::vector<TensorEntry> tensors;
        for (const char *name : {"l1", "l10", "l2"})
            for (const auto &[part, shape] : {std::pair("bias", Shape{4}), std::pair("weight", Shape{4, 4})})
                tensors.push_back(entry(std::string(name) + "." + part, shape));
        StartFrom options;
        options.byOrder = true;
        const WeightMatch match = matchWeights(tensorsOf(graph, Shape{4}, 4), sourceOf(tensors), options);
        QCOMPARE(named(match, "dense/weights").from, std::string("l1.weight"));
        QCOMPARE(named(match, "dense_2/weights").from, std::string("l2.weight"));
        QCOMPARE(named(match, "dense_3/weights").from, std::string("l10.weight"));
    }

    // A layer that matches by its name in part, or is left out, is not given another's weights.
    void byOrderTakesNothingFromWhatIsMatchedOrLeftOut()
    {
        StartFrom options;
        options.byOrder = true;
        options.leaveOut = {"dense"};
        const WeightMatch match = matchWeights(smallNetwork(), sourceOf({entry("old/weights", Shape{2, 16}), entry("dense_2/bias", Shape{3}),
                                                                         entry("was/weights", Shape{16, 3}), entry("was/bias", Shape{3})}), options);
        QCOMPARE(named(match, "dense/weights").state, MatchState::LeftOut);
        QCOMPARE(named(match, "dense_2/bias").from, std::string("dense_2/bias"));
        QCOMPARE(named(match, "dense_2/weights").state, MatchState::Missing);
        QCOMPARE(match.unused.size(), std::size_t{3});
    }

    void theRecordHasEveryTensor()
    {
        const auto json = weightMatchToJson(matchWeights(smallNetwork(), sourceOf({entry("dense/weights", Shape{2, 16}), entry("more", Shape{7})}), {}));
        QCOMPARE(json["network"].size(), std::size_t{7});
        QCOMPARE(json["network"][0]["state"].get<std::string>(), std::string("loaded"));
        QCOMPARE(json["network"][1]["note"].get<std::string>(), std::string("not in the source"));
        QCOMPARE(json["unused"][0]["name"].get<std::string>(), std::string("more"));
        QCOMPARE(json["loaded_values"].get<int>(), 32);
    }
};

QTEST_GUILESS_MAIN(TestWeightMatch)
#include "tst_weight_match.moc"
