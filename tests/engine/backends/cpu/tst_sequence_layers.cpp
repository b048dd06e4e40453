// Embedding, positions, attention and the norms beside it, where the general contract does not reach: several inputs, what is said
// of settings that do not fit, and what a causal layer must not see.
#include <QtTest>

#include "tests/engine/backends/net_check.h"
#include "tests/engine/backends/op_cases.h"

using namespace trainyard;
using namespace trainyard::tests;

using List = std::vector<std::int64_t>;

class TestSequenceLayers : public QObject {
    Q_OBJECT

    // What is said of one layer behind an input of this shape.
    static std::optional<Problem> problemOf(const std::string &type, const Shape &input, const ParameterMap &settings, bool mended = false)
    {
        Graph graph;
        const LayerId layer = addAfter(graph, type, {addAfter(graph, "input", {}, {{"shape", input.sizes()}})}, settings);
        addAfter(graph, "mean_squared_error", {layer});
        GraphAnalysis analysis = analyze(graph);
        for (int round = 0; mended && round < 3 && !analysis.runnable() && analysis.problems.front().fix; ++round) {
            applyFix(graph, *analysis.problems.front().fix);
            analysis = analyze(graph);
        }
        return analysis.runnable() ? std::nullopt : std::optional(analysis.problems.front());
    }

    static void saysAndMends(const std::string &type, const Shape &input, const ParameterMap &settings, const std::string &key, const std::string &words)
    {
        const auto problem = problemOf(type, input, settings);
        QVERIFY2(problem, (type + " took " + input.text()).c_str());
        QCOMPARE(problem->key, key);
        QVERIFY2(problem->message.find(words) != std::string::npos, problem->message.c_str());
        QVERIFY2(!problemOf(type, input, settings, true), problem->message.c_str());
    }

    static Program predictions(const Graph &graph, const DataTypes &data, std::int64_t batch)
    {
        return builtOrThrown(graph, data, optionsFor(Mode::Predict, batch));
    }

private slots:
    void settingsThatDoNotFitAreSaidAndMended()
    {
        saysAndMends("multi_head_attention", {6, 10}, {{"heads", std::int64_t{4}}}, "heads", "4 heads for a width of 10. Set heads to 2");
        saysAndMends("multi_head_attention", {6, 7}, {{"heads", std::int64_t{1024}}}, "heads", "Set heads to 7");
        saysAndMends("multi_head_attention", {6, 12}, {{"heads", std::int64_t{6}}, {"key_heads", std::int64_t{4}}}, "key_heads", "Set key heads to 3");
        saysAndMends("multi_head_attention", {6, 12}, {{"heads", std::int64_t{4}}, {"rotary", true}}, "heads", "Set heads to 3");
        saysAndMends("multi_head_attention", {6, 9}, {{"heads", std::int64_t{3}}, {"rotary", true}}, "rotary", "Switch rotary positions off");
        saysAndMends("group_norm", {5, 5, 12}, {{"groups", std::int64_t{5}}}, "groups", "Set groups to 4");
        saysAndMends("group_norm", {12}, {{"groups", std::int64_t{12}}}, "groups", "one value in each");
        for (const char *type : {"multi_head_attention", "positional_embedding"})
            QVERIFY(problemOf(type, {8}, {})->message.find("positions x width, got 8") != std::string::npos);
        QVERIFY(problemOf("instance_norm", {8}, {})->message.find("layer norm") != std::string::npos);
        QVERIFY(!problemOf("multi_head_attention", {5, 4, 8}, {}));
    }

    void aMaskOfTheWrongSizeIsRefused()
    {
        Graph graph;
        const LayerId x = addAfter(graph, "input", {}, {{"shape", List{6, 8}}});
        const LayerId mask = addAfter(graph, "dense", {addAfter(graph, "flatten", {x})}, {{"units", std::int64_t{5}}});
        addAfter(graph, "mean_squared_error", {addAfter(graph, "multi_head_attention", {x, x, mask})});
        const GraphAnalysis analysis = analyze(graph);
        QVERIFY(!analysis.runnable());
        QVERIFY2(analysis.problems.front().message.find("each of the 6 keys") != std::string::npos, analysis.problems.front().message.c_str());
    }

    void indicesAndMeasuredNumbersAreToldApart()
    {
        Graph graph;
        const LayerId x = addAfter(graph, "input", {}, {{"shape", List{6}}});
        addAfter(graph, "mean_squared_error", {addAfter(graph, "embedding", {x})});
        DataTypes data{.features = {DType::F32, Shape{9, 6}}, .targets = {DType::F32, Shape{9, 6, 64}}};
        const auto measured = buildProgram(graph, data, optionsFor(Mode::Train, 3));
        QVERIFY(!measured);
        QVERIFY2(measured.error().message.find("whole numbers") != std::string::npos, measured.error().message.c_str());
        data.features.dtype = DType::I32;
        const auto tokens = buildProgram(graph, data, optionsFor(Mode::Train, 3));
        QVERIFY2(tokens, tokens ? "" : tokens.error().message.c_str());

        Graph plain;
        addAfter(plain, "mean_squared_error", {addAfter(plain, "dense", {addAfter(plain, "input", {}, {{"shape", List{6}}})})});
        data.targets.shape = Shape{9, 64};
        const auto refused = buildProgram(plain, data, optionsFor(Mode::Train, 3));
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.find("embedding") != std::string::npos, refused.error().message.c_str());

        Graph behind;
        const LayerId dense = addAfter(behind, "dense", {addAfter(behind, "input", {}, {{"shape", List{6}}})});
        addAfter(behind, "mean_squared_error", {addAfter(behind, "embedding", {dense})});
        QVERIFY2(analyze(behind).problems.front().message.find("Connect it to the input") != std::string::npos, analyze(behind).problems.front().message.c_str());
    }

    void weightsAreNamedByWhatTheyMake()
    {
        Graph graph;
        addAfter(graph, "mean_squared_error",
                 {addAfter(graph, "multi_head_attention", {addAfter(graph, "input", {}, {{"shape", List{6, 8}}})}, {{"key_heads", std::int64_t{2}}})});
        const Program program = predictions(graph, {.features = {DType::F32, Shape{9, 6, 8}}, .targets = {DType::F32, Shape{9, 6, 8}}}, 2);
        std::map<std::string, std::string> shapes;
        for (const Value &value : program.list.values)
            if (value.role == Role::Parameter)
                shapes[value.name.substr(value.name.find('/') + 1)] = value.type.shape.text();
        QCOMPARE(shapes, (std::map<std::string, std::string>{{"query/weights", "8x8"}, {"query/bias", "8"}, {"key/weights", "8x4"}, {"key/bias", "4"},
                                                             {"value/weights", "8x4"}, {"value/bias", "4"}, {"output/weights", "8x8"}, {"output/bias", "8"}}));
    }

    // Queries from one branch, keys from another of other sizes, and a mask with zeros in it.
    void crossAttentionHasTheGradientsOfTheReference_data()
    {
        QTest::addColumn<bool>("masked");
        QTest::addColumn<bool>("causal");
        QTest::addColumn<bool>("rotary");
        for (int i = 0; i < 8; ++i)
            QTest::addRow("mask %d, causal %d, rotary %d", i & 1, i >> 1 & 1, i >> 2) << (i % 2 == 1) << (i / 2 % 2 == 1) << (i / 4 == 1);
    }
    void crossAttentionHasTheGradientsOfTheReference()
    {
        QFETCH(bool, masked);
        QFETCH(bool, causal);
        QFETCH(bool, rotary);
        Graph graph;
        const auto dense = [&](LayerId x, std::int64_t units) { return addAfter(graph, "dense", {x}, {{"units", units}}); };
        const LayerId x = addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}});
        const LayerId flat = addAfter(graph, "flatten", {x});
        std::vector<LayerId> sources{addAfter(graph, "reshape", {dense(flat, 7 * 8)}, {{"shape", List{7, 8}}}), dense(x, 3)};
        if (masked)
            sources.push_back(addAfter(graph, "relu", {dense(flat, 30)}));
        const LayerId attended = addAfter(graph, "multi_head_attention", sources,
                                          {{"heads", std::int64_t{4}}, {"key_heads", std::int64_t{2}}, {"causal", causal}, {"rotary", rotary}, {"dropout", 0.2}});
        addAfter(graph, "softmax_cross_entropy", {dense(addAfter(graph, "flatten", {attended}), 3)});
        const std::string fault = gradientFault(builtOrThrown(graph, smallImages(7), optionsFor(Mode::Train, 3)), {5, 2, 0, 3}, 2e-3);
        QVERIFY2(fault.empty(), fault.c_str());
    }

    void aCausalLayerDoesNotSeeWhatComesLater()
    {
        Graph graph;
        const LayerId x = addAfter(graph, "input", {}, {{"shape", List{6, 8}}});
        addAfter(graph, "mean_squared_error", {addAfter(graph, "multi_head_attention", {x}, {{"causal", true}, {"rotary", true}})});
        const Program program = predictions(graph, {.features = {DType::F32, Shape{1, 6, 8}}, .targets = {DType::F32, Shape{1, 6, 8}}}, 1);
        const auto outputs = [&](double last) {
            CpuRun run(program);
            Values64 start = startOf(program);
            Tensor64 &features = start[static_cast<std::size_t>(program.features)];
            std::fill(features.data.begin() + 3 * 8, features.data.end(), last);
            writeStart(run, start);
            run.run({1, 0, 0, 1});
            return run.read(program.predictions).data;
        };
        const std::vector<double> one = outputs(0.5), other = outputs(-2);
        for (std::size_t i = 0; i < one.size(); ++i)
            QCOMPARE(one[i] == other[i], i < 3 * 8);
    }

    // Queries and keys turn by their positions, so that a product depends on how far apart they are, and not on where.
    void rotaryPositionsMakeProductsDependOnDistances()
    {
        OpCase one{OpKind::Rotary, "distances", RotaryAttributes{8, 10000, false}, {randomTensor({1, 9, 8}, 1)}, {}, scalarsFor(1), {}, {}};
        for (std::size_t i = 8; i < one.inputs[0].size(); ++i)
            one.inputs[0][i] = one.inputs[0][i % 8];  // the same vector everywhere
        const auto made = oneOp(one, Role::Data);
        CpuRun run(made->program);
        run.write(made->inputs[0], one.inputs[0]);
        run.run(one.scalars);
        const Tensor64 turned = run.read(made->results[0]);
        const auto product = [&](std::size_t a, std::size_t b) {
            double sum = 0;
            for (std::size_t i = 0; i < 8; ++i)
                sum += turned[a * 8 + i] * turned[b * 8 + i];
            return sum;
        };
        QVERIFY(std::abs(product(0, 2) - product(6, 8)) < 1e-6);
        QVERIFY(std::abs(product(0, 2) - product(0, 3)) > 1e-3);
    }
};

QTEST_GUILESS_MAIN(TestSequenceLayers)
#include "tst_sequence_layers.moc"
