#include <QtTest>

#include <random>

#include "engine/graph/block_edits.h"
#include "engine/graph/flatten.h"
#include "engine/train/model.h"
#include "tests/engine/api/sample_project.h"
#include "tests/engine/backends/cpu_run.h"

using namespace trainyard;
using namespace trainyard::test;

// Any layers of any sample project either become a block that computes the same, or are refused with a reason.
class TestGroupedProjects : public QObject {
    Q_OBJECT

    static void everySample()
    {
        QTest::addColumn<QString>("id");
        for (const std::string &id : kSampleIds)
            QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }

    // Some layers that hang together, or any.
    static std::vector<LayerId> drawn(const Graph &graph, std::mt19937 &random)
    {
        const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
        std::vector<LayerId> chosen;
        const auto choose = [&](LayerId id) {
            if (std::find(chosen.begin(), chosen.end(), id) == chosen.end())
                chosen.push_back(id);
        };
        const std::size_t wanted = 1 + below(std::min<std::size_t>(graph.layers().size(), 12));
        if (below(4) == 0) {
            for (std::size_t i = 0; i < wanted; ++i)
                choose(graph.layers()[below(graph.layers().size())].id);
            return chosen;
        }
        choose(graph.layers()[below(graph.layers().size())].id);
        for (std::size_t tries = 0; chosen.size() < wanted && tries < 100; ++tries) {
            const Wire &wire = graph.wires()[below(graph.wires().size())];
            const bool from = std::find(chosen.begin(), chosen.end(), wire.from) != chosen.end();
            const bool to = std::find(chosen.begin(), chosen.end(), wire.to) != chosen.end();
            if (from || to)
                choose(from ? wire.to : wire.from);
        }
        return chosen;
    }

    // The name without the block in front of it.
    static std::string bare(const std::string &name)
    {
        constexpr std::string_view kPrefix = "group/";
        return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
    }

    // Layers and wires in names alone, whether they stand in the block or not.
    static std::vector<std::string> meaningOf(const Graph &graph)
    {
        std::vector<std::string> all;
        for (const Layer &layer : graph.layers()) {
            std::string text = bare(layer.name) + " " + layer.type + " " + bare(layer.weightsOf) + layer.device;
            for (const ParameterSpec &spec : findLayer(layer.type)->parameters)
                text += " " + parameterText(spec, settingsOf(*findLayer(layer.type), layer).value(spec.key));
            all.push_back(std::move(text));
        }
        for (const Wire &wire : graph.wires())
            all.push_back(fmt::format("{} -> {}:{}", bare(graph.find(wire.from)->name), bare(graph.find(wire.to)->name), wire.port));
        std::sort(all.begin(), all.end());
        return all;
    }

    // What the network says of two samples, with parameters that depend on their names alone.
    static tests::Tensor64 predictionsOf(const Graph &graph, const DataTypes &data)
    {
        BuildOptions options;
        options.mode = Mode::Predict;
        options.batchSize = 2;
        auto program = buildProgram(graph, data, options);
        if (!program)
            throw std::runtime_error(program.error().message);
        tests::CpuRun run(std::move(*program));
        const Program &built = run.program();
        for (std::size_t i = 0; i < built.list.values.size(); ++i) {
            const Value &value = built.list.values[i];
            const auto id = static_cast<ValueId>(i);
            const auto seed = [&] {
                unsigned sum = 1;
                for (const char letter : bare(value.name))
                    sum = sum * 31 + static_cast<unsigned char>(letter);
                return sum;
            };
            if (value.role == Role::Parameter || value.role == Role::State)
                run.write(id, tests::randomTensor(value.type.shape, seed(), 0.05, 0.3, value.type.dtype));
            else if (value.role == Role::Dataset && id == built.features)
                run.write(id, tests::randomTensor(value.type.shape, 3, 0, 5, value.type.dtype));
            else if (value.role == Role::Dataset)
                run.write(id, tests::randomTensor(value.type.shape, 4, 1, 1, value.type.dtype));
        }
        run.write(built.indices, tests::randomTensor(Shape{2}, 5, 0, 5, DType::I32));
        run.run({1, 0, 0, 2});
        return run.read(built.predictions);
    }

private slots:
    void anyLayersBecomeABlockThatIsTheSameOrAreRefused_data() { everySample(); }
    void anyLayersBecomeABlockThatIsTheSameOrAreRefused()
    {
        QFETCH(QString, id);
        const Project project = loadProject(sampleFolder(id.toStdString())).value();
        const Graph &graph = project.graph;
        std::mt19937 random(static_cast<unsigned>(qHash(id, 17)));
        const std::vector<std::string> meaning = meaningOf(graph);
        const std::int64_t parameters = analyze(graph).parameters;
        int made = 0, refused = 0;
        for (int round = 0; round < 200; ++round) {
            const std::vector<LayerId> chosen = drawn(graph, random);
            const auto edit = groupLayers(graph, {}, chosen, "group");
            if (!edit) {
                ++refused;
                QVERIFY2(edit.error().message.size() > 30 && edit.error().message.ends_with('.'), edit.error().message.c_str());
                continue;
            }
            ++made;
            const GraphAnalysis analysis = analyze(edit->graph);
            QVERIFY2(analysis.runnable(), analysis.runnable() ? "" : analysis.problems.front().message.c_str());
            QCOMPARE(analysis.parameters, parameters);
            QCOMPARE(meaningOf(flatten(edit->graph).graph), meaning);
            const auto back = ungroup(edit->graph, {}, edit->block);
            QVERIFY2(back, back ? "" : back.error().message.c_str());
            QCOMPARE(meaningOf(*back), meaning);
            QVERIFY(back->blocks().empty());
        }
        QVERIFY2(made >= 20 && refused >= 5, qPrintable(QString("%1 made, %2 refused").arg(made).arg(refused)));
    }

    void aGroupedNetworkPredictsTheSame_data() { everySample(); }
    void aGroupedNetworkPredictsTheSame()
    {
        QFETCH(QString, id);
        const Project project = loadProject(sampleFolder(id.toStdString())).value();
        DataTypes data = dataTypesOf(loadDataset(project.data, project.folder).value());
        data.features.shape = data.features.shape.withoutBatch().withBatch(5);
        if (data.targets.shape.rank() > 0)
            data.targets.shape = data.targets.shape.withoutBatch().withBatch(5);
        const tests::Tensor64 expected = predictionsOf(project.graph, data);
        for (const double entry : expected.data)
            QVERIFY(std::isfinite(entry));
        std::mt19937 random(5);
        for (int made = 0, tries = 0; made < 3 && tries < 500; ++tries) {
            const auto edit = groupLayers(project.graph, {}, drawn(project.graph, random), "group");
            if (!edit)
                continue;
            ++made;
            const tests::Tensor64 got = predictionsOf(edit->graph, data);
            QVERIFY2(got.data == expected.data, edit->graph.findBlock("group")->layers().front().name.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestGroupedProjects)
#include "tst_grouped_projects.moc"
