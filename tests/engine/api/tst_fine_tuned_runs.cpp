#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

#include "engine/api/freeze_layers.h"
#include "engine/api/rate_range.h"
#include "engine/api/replace_head.h"
#include "engine/api/start_file.h"
#include "engine/graph/flatten.h"
#include "tests/engine/api/sample_project.h"
#include "tests/engine/train/checkpoint_tensor.h"

using namespace trainyard;
using namespace trainyard::test;

namespace {

nlohmann::json startOf(const Project &project, std::int64_t run)
{
    return nlohmann::json::parse(historyOf(project)->run(run)->environmentJson).value("start", nlohmann::json());
}

}  // namespace

// Fine-tuning of a sample: a run, then runs that begin with its weights.
class TestFineTunedRuns : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    Project m_project;
    std::int64_t m_first = 0;  // its run, trained for some epochs

    Project startingFrom(std::int64_t run) const
    {
        Project project = m_project;
        project.training.startFrom.kind = StartKind::Run;
        project.training.startFrom.run = run;
        return project;
    }

private slots:
    void initTestCase()
    {
        m_project = copyOfSample("digits-cnn", m_folder.path().toStdString());
        m_project.training.epochs = 3;
        m_project.training.threads = 1;
        m_project.training.best = {true, {}, true};
        const EndedRun first = runToTheEnd(m_project);
        QCOMPARE(first.progress.state, TrainState::Finished);
        m_first = first.id;
    }

    void theBestOrTheLatestCheckpointOfARunIsFound()
    {
        const auto store = historyOf(m_project);
        StartFrom start{StartKind::Run, m_first, false, {}, {}, false};
        const auto best = findStartFile(start, m_project.folder, store.get());
        QVERIFY2(best, best ? "" : best.error().message.c_str());
        QVERIFY(best->file.string().find("-best-") != std::string::npos);
        start.latest = true;
        QVERIFY(findStartFile(start, m_project.folder, store.get())->file.string().find("-best-") == std::string::npos);
        start.run = 99;
        QCOMPARE(findStartFile(start, m_project.folder, store.get()).error().code, ErrorCode::NotFound);
        QCOMPARE(findStartFile(start, m_project.folder, nullptr).error().code, ErrorCode::NotFound);
        QCOMPARE(findStartFile({StartKind::File, 0, false, "w/a.safetensors", {}, false}, m_project.folder, nullptr)->file, m_project.folder / "w/a.safetensors");
    }

    void theRunSaysWhatItStartedFrom()
    {
        Project project = startingFrom(m_first);
        project.training.epochs = 1;
        const EndedRun tuned = runToTheEnd(project);
        QCOMPARE(tuned.progress.state, TrainState::Finished);
        const auto start = startOf(project, tuned.id);
        QCOMPARE(start["run"].get<std::int64_t>(), m_first);
        QVERIFY(start["from"].get<std::string>().starts_with(fmt::format("the best weights of run {}, step ", m_first)));
        QCOMPARE(start["sha256"].get<std::string>().size(), std::size_t{64});
        QCOMPARE(start["match"]["loaded_tensors"], start["match"]["tensors"]);
        QVERIFY(startText(historyOf(project)->run(tuned.id)->environmentJson).find("are loaded") != std::string::npos);
        QVERIFY(startOf(project, m_first).is_null());
        QCOMPARE(startText("{}"), std::string());
        QCOMPARE(startText("[1]"), std::string());
        // A resumed run keeps it, and asks for no file.
        std::filesystem::remove(project.folder / findStartFile(project.training.startFrom, project.folder, historyOf(project).get())->file);
        const EndedRun more = runToTheEnd(project, tuned.id, 2);
        QVERIFY2(more.progress.state == TrainState::Finished, more.progress.error ? more.progress.error->message.c_str() : "");
        QCOMPARE(startOf(project, tuned.id), start);
        QCOMPARE(runToTheEnd(project).progress.state, TrainState::Failed);  // gone for a new one
        project.training.startFrom.latest = true;
        QCOMPARE(runToTheEnd(project).progress.state, TrainState::Finished);
    }

    void aBodyThatWasTrainedLearnsANewHeadFasterThanFromScratch()
    {
        const auto replaced = replaceHead(m_project.graph, std::nullopt);
        QVERIFY(replaced);
        QCOMPARE(replaced->layer, std::string("digits"));
        Project tuned = startingFrom(m_first), scratch = m_project;
        tuned.training.startFrom.latest = true;
        tuned.training.startFrom.leaveOut = {replaced->layer};
        for (Project *project : {&tuned, &scratch}) {
            project->training.length = {LengthUnit::Steps, 12, 1};
            project->training.best = {};
        }
        const EndedRun fromBody = runToTheEnd(tuned), fromSeed = runToTheEnd(scratch), again = runToTheEnd(tuned);
        QCOMPARE(fromBody.progress.state, TrainState::Finished);
        QVERIFY2(*fromBody.progress.validationMetric > *fromSeed.progress.validationMetric + 0.1,
                 qPrintable(QStringLiteral("%1 and %2").arg(*fromBody.progress.validationMetric).arg(*fromSeed.progress.validationMetric)));
        QCOMPARE(*again.progress.validationMetric, *fromBody.progress.validationMetric);
        QVERIFY(lastCheckpointOf(tuned, again.id).tensors.tensors.size() > 0);
    }

    // Everything but the head frozen: the body gives what it gave, whatever the head learns.
    void aFrozenBodyStaysAsItWasLoaded()
    {
        Project tuned = startingFrom(m_first);
        tuned.training.startFrom.latest = true;
        tuned.training.startFrom.leaveOut = {"digits"};
        tuned.training.length = {LengthUnit::Steps, 30, 1};
        tuned.training.best = {};
        const auto file = findStartFile(tuned.training.startFrom, tuned.folder, historyOf(tuned).get());
        const Checkpoint before = readCheckpoint(file->file).value();
        const Dataset dataset = loadDataset(tuned.data, tuned.folder).value();
        const auto match = matchStart(tuned.graph, dataTypesOf(dataset), tuned.training, *file);
        QVERIFY2(match, match ? "" : match.error().message.c_str());
        tuned.graph = freezeFlatLayers(tuned.graph, match->loadedLayers());
        QVERIFY(!tuned.graph.findByName("digits")->frozen);
        const EndedRun run = runToTheEnd(tuned);
        QCOMPARE(run.progress.state, TrainState::Finished);
        const Checkpoint after = lastCheckpointOf(tuned, run.id);
        int same = 0;
        for (const TensorMatch &one : match->tensors)
            if (one.state == MatchState::Loaded) {
                QVERIFY2(tensorIn(after, one.target.name).data == tensorIn(before, one.target.name).data, one.target.name.c_str());
                ++same;
            }
        QCOMPARE(same, 15);  // three convolutions, three batch norms of four
        QVERIFY(tensorIn(after, "digits/weights").data != tensorIn(before, "digits/weights").data);
    }

    void aRateIsLookedForFromTheSameWeights()
    {
        RateSweepSettings settings;
        settings.steps = 20;
        Project tuned = startingFrom(m_first);
        tuned.training.startFrom.latest = true;
        const auto fromSeed = testRateRange(m_project, settings), fromRun = testRateRange(tuned, settings);
        QVERIFY2(fromRun, fromRun ? "" : fromRun.error().message.c_str());
        QVERIFY2(fromRun->losses.front() < 0.5 * fromSeed->losses.front(),
                 qPrintable(QStringLiteral("%1 and %2").arg(fromRun->losses.front()).arg(fromSeed->losses.front())));
        tuned.training.startFrom.run = 99;
        QCOMPARE(testRateRange(tuned, settings).error().code, ErrorCode::NotFound);
    }

    void theHeadTakesTheWidthOfTheData()
    {
        DataSignature data;
        data.classes = 4;
        Graph graph = m_project.graph;
        graph.edit(graph.findByName("digits")->id)->frozen = true;
        const auto replaced = replaceHead(graph, data);
        QVERIFY(replaced);
        const Layer *head = replaced->graph.findByName("digits");
        QCOMPARE(std::get<std::int64_t>(head->parameters.at("units")), std::int64_t{4});
        QVERIFY(!head->frozen);
        data.classes = 10;
        QVERIFY(replaceHead(m_project.graph, data)->graph == m_project.graph);
        QVERIFY(!replaceHead(Graph(), data));
    }

    // One definition, two blocks: a layer in it is frozen for both or for none.
    void layersOfBlocksAreFrozenInTheirDefinition()
    {
        const auto add = [](Graph &graph, const char *type, LayerId from) {
            const LayerId id = graph.add(type);
            if (from != 0)
                (void)graph.connect({from, id, 0});
            return id;
        };
        Graph body;
        add(body, kBlockOutputType, add(body, "dense", add(body, kBlockInputType, 0)));
        Graph graph;
        graph.setBlock("step", body);
        LayerId before = add(graph, "input", 0);
        for (int i = 0; i < 2; ++i) {
            before = add(graph, kBlockType, before);
            graph.edit(before)->block = "step";
        }
        add(graph, "dense", before);
        const auto frozen = [](const Graph &of) { return of.findBlock("step")->findByName("dense")->frozen; };
        QVERIFY(flatten(graph).graph.findByName("block_2/dense"));
        const Graph both = freezeFlatLayers(graph, {"block/dense", "block_2/dense"});
        QVERIFY(frozen(both) && !both.findByName("dense")->frozen);
        const Graph one = freezeFlatLayers(graph, {"block/dense", "dense"});
        QVERIFY(!frozen(one) && one.findByName("dense")->frozen);
        QVERIFY(freezeLayers(graph, {"dense"})->findByName("dense")->frozen);
        QCOMPARE(freezeLayers(graph, {"nobody"}).error().code, ErrorCode::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(TestFineTunedRuns)
#include "tst_fine_tuned_runs.moc"
