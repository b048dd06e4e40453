#include <QJsonArray>
#include <QtTest>

#include <fstream>

#include <sys/resource.h>

#include "tests/app/command_line.h"
#include "tests/engine/telemetry/fake_nvml/fake_driver.h"

using namespace trainyard;
using namespace trainyard::test;

// What every command says, and the exit codes the README promises.
class TestCli : public QObject {
    Q_OBJECT

    CommandLine m_cli;

private slots:
    void aSampleIsTrainedInThePersonsFolder()
    {
        const Answer before = m_cli.run({"runs", QString::fromStdString(sampleFolder("iris").string())});
        QCOMPARE(before.exitCode, 4);
        QVERIFY2(before.error.contains("Nothing has been trained"), before.error.constData());
        QVERIFY(!std::filesystem::exists(m_cli.folder() / "home"));  // looking makes no copy

        const Answer answer = m_cli.run({"train", QString::fromStdString(sampleFolder("iris").string()), "--epochs", "5", "--json"});
        QCOMPARE(answer.exitCode, 0);
        const QJsonObject object = answer.object();
        QCOMPARE(object["state"].toString(), QString("finished"));
        QCOMPARE(object["epoch"].toInt(), 5);
        QCOMPARE(object["run"].toInt(), 1);
        QCOMPARE(object["project"].toString(), QString::fromStdString((m_cli.folder() / "home" / "iris").string()));
        for (const char *key : {"train_loss", "validation_loss", "validation_metric", "test_loss", "test_metric", "arena_bytes"})
            QVERIFY2(object[key].isDouble(), key);
        QVERIFY(!std::filesystem::exists(sampleFolder("iris") / "runs.sqlite"));

        const QJsonArray runs = m_cli.run({"runs", QString::fromStdString(sampleFolder("iris").string()), "--json"}).json().array();
        QCOMPARE(runs.size(), 1);
        QCOMPARE(runs[0].toObject()["state"].toString(), QString("finished"));
        QCOMPARE(runs[0].toObject()["name"].toString(), QString("Iris flowers 1"));
        const QJsonObject shown = m_cli.run({"show", QString::fromStdString(sampleFolder("iris").string()), "1", "--json"}).object();
        QCOMPARE(shown["config"].toObject()["training"].toObject()["epochs"].toInt(), 5);
        QVERIFY(shown["series"].toArray().size() > 8);
        QCOMPARE(shown["checkpoints"].toArray().size(), 1);
        QVERIFY(shown["environment"].toObject()["threads"].toInt() > 0);
    }

    void peopleReadWordsAndNumbers()
    {
        const Project project = m_cli.project("breast-cancer", loadProject(sampleFolder("breast-cancer"))->training);
        const Answer trained = m_cli.run({"train", pathOf(project), "--epochs", "4", "--name", "four epochs"});
        QCOMPARE(trained.exitCode, 0);
        QVERIFY2(trained.out.contains("epoch 4/4"), trained.out.constData());
        QVERIFY2(trained.out.contains("Test accuracy: "), trained.out.constData());
        QVERIFY(!trained.out.contains('\x1b'));  // no terminal, no terminal codes
        const Answer runs = m_cli.run({"runs", pathOf(project)});
        QVERIFY2(runs.out.contains("four epochs") && runs.out.contains("finished"), runs.out.constData());
        const Answer shown = m_cli.run({"show", pathOf(project), "1"});
        QVERIFY2(shown.out.contains("validation/accuracy") && shown.out.contains(".safetensors"), shown.out.constData());
        const Answer forecast = m_cli.run({"forecast", pathOf(project), "--batch", "16"});
        QVERIFY2(forecast.out.contains("Batch 16: ") && forecast.out.contains("it fits"), forecast.out.constData());
    }

    void aRunIsMadeToFitByRecomputation()
    {
        const Project project = m_cli.project("shapes-resnet", loadProject(sampleFolder("shapes-resnet"))->training);
        const QStringList where{pathOf(project), "--device", "cpu", "--batch", "16"};
        const double without = m_cli.run(QStringList{"forecast"} + where + QStringList{"--json"}).object()["arena_bytes"].toDouble();
        const QStringList size{"--recompute", QString::number(static_cast<int>(without * 0.8) >> 20)};
        const QJsonObject told = m_cli.run(QStringList{"forecast"} + where + size + QStringList{"--json"}).object();
        QVERIFY(told["arena_bytes"].toDouble() < 0.8 * without);
        QCOMPARE(told["recomputation"].toObject()["arena_bytes_without"].toDouble(), without);
        QVERIFY(told["recomputation"].toObject()["extra_flops"].toDouble() > 0 && !told["recomputation"].toObject()["layers"].toArray().isEmpty());
        const Answer words = m_cli.run(QStringList{"forecast"} + where + size);
        QVERIFY2(words.out.contains("without recomputation") && words.out.contains("more work"), words.out.constData());
        const Answer trained = m_cli.run(QStringList{"train"} + where + size + QStringList{"--steps", "2"});
        QCOMPARE(trained.exitCode, 0);
        QVERIFY2(trained.out.contains("worked out a second time"), trained.out.constData());

        const Answer refused = m_cli.run(QStringList{"forecast"} + where + QStringList{"--recompute", "1", "--json"});
        QVERIFY(refused.exitCode != 0);
        QVERIFY2(refused.message().contains("does not fit into 1.05 MB"), qPrintable(refused.message()));
    }

    void aProfileSaysWhereTheTimeGoes()
    {
        const QString project = QString::fromStdString(sampleFolder("digits-cnn").string());
        const Answer answer = m_cli.run({"profile", project, "--steps", "4", "--threads", "1", "--batch", "16", "--json"});
        QCOMPARE(answer.exitCode, 0);
        const QJsonObject profile = answer.object();
        QCOMPARE(profile["device"].toString(), QString("cpu"));
        QCOMPARE(profile["threads"].toInt(), 1);
        QCOMPARE(profile["batch_size"].toInt(), 16);
        QVERIFY(profile["step_seconds"].toDouble() > 0);
        for (const char *rows : {"layers", "ops"}) {
            double seconds = 0, share = 0, before = 1e9;
            for (const QJsonValue &row : profile[rows].toArray()) {
                const double mine = row.toObject()["seconds"].toDouble();
                QVERIFY(mine <= before);  // the longest first
                before = mine;
                seconds += mine;
                share += row.toObject()["share"].toDouble();
                QVERIFY(row.toObject()["flops"].isDouble() && row.toObject()["bytes"].isDouble());
            }
            QVERIFY(std::abs(seconds / profile["op_seconds"].toDouble() - 1) < 1e-9);
            QVERIFY(std::abs(share - 1) < 1e-9);
        }
        QSet<QString> kinds, phases;
        for (const QJsonValue &row : profile["ops"].toArray()) {
            kinds.insert(row.toObject()["op"].toString());
            phases.insert(row.toObject()["phase"].toString());
        }
        QVERIFY(kinds.contains("conv2d_grad_weights") && kinds.contains("dense"));
        QCOMPARE(phases, (QSet<QString>{"forward", "backward", "update"}));

        const Answer words = m_cli.run({"profile", project, "--steps", "2", "--rows", "3"});
        QCOMPARE(words.exitCode, 0);
        for (const char *part : {"A training step of batch ", "median of 2 steps", "GFLOP/s", "GB/s", "share", " more "})
            QVERIFY2(words.out.contains(part), words.out.constData());
        QVERIFY(!std::filesystem::exists(m_cli.folder() / "home" / "digits-cnn"));  // nothing is recorded, so no copy is made
        QCOMPARE(m_cli.run({"profile", project, "--steps", "0"}).exitCode, 3);
        QCOMPARE(m_cli.run({"profile", "nowhere"}).exitCode, 4);
        QCOMPARE(m_cli.run({"profile", project, "--device", "cuda:77", "--json"}).exitCode, 4);
    }

    // Before the first step all memory is taken, so one step will do.
    void theForecastIsWhatTheRunTakes()
    {
        for (const std::string &id : kSampleIds) {
            const Project project = m_cli.project(id, loadProject(sampleFolder(id))->training);
            for (const char *batch : {"8", "50"}) {
                const Answer told = m_cli.run({"forecast", pathOf(project), "--batch", batch, "--json"});
                const Answer taken = m_cli.run({"train", pathOf(project), "--batch", batch, "--steps", "1", "--json"});
                QCOMPARE(told.exitCode, 0);
                QCOMPARE(taken.exitCode, 0);
                QVERIFY(told.object()["arena_bytes"].toInteger() > 0);
                QCOMPARE(told.object()["arena_bytes"].toInteger(), taken.object()["arena_bytes"].toInteger());
                QCOMPARE(told.object()["parts"].toObject()["total"].toInteger(), taken.object()["arena_bytes"].toInteger());
            }
        }
    }

    void aRunGoesByTheCourseThatIsAskedFor()
    {
        const Project project = m_cli.project("iris", loadProject(sampleFolder("iris"))->training);
        const Answer answer = m_cli.run({"train", pathOf(project), "--steps", "70", "--schedule", "cosine", "--schedule-setting", "minimum=1e-5", "--warmup",
                                         "10steps", "--evaluate-every", "20steps", "--keep-best", "loss", "--json"});
        QVERIFY2(answer.exitCode == 0, answer.out + answer.error);
        const QString run = QString::number(answer.object()["run"].toInt());
        QCOMPARE(answer.object()["step"].toInt(), 70);
        QCOMPARE(answer.object()["metric"].toString(), QString("loss"));
        QVERIFY(answer.object()["best_step"].toInt() % 20 == 0 || answer.object()["best_step"].toInt() == 70);
        const QJsonObject shown = m_cli.run({"show", pathOf(project), run, "--json"}).object();
        const QJsonObject training = shown["config"].toObject()["training"].toObject();
        QCOMPARE(training["schedule"].toObject()["type"].toString(), QString("cosine"));
        QCOMPARE(training["schedule"].toObject()["minimum"].toDouble(), 1e-5);
        QCOMPARE(training["schedule"].toObject()["warmup"].toInt(), 10);
        QCOMPARE(training["length"].toObject()["steps"].toInt(), 70);
        QCOMPARE(training["evaluation"].toObject()["every"].toInt(), 20);
        QCOMPARE(shown["checkpoints"].toArray().size(), 2);  // the best and the last
        const Answer more = m_cli.run({"train", pathOf(project), "--resume", run, "--steps", "90", "--json"});
        QVERIFY2(more.exitCode == 0, more.out + more.error);
        QCOMPARE(more.object()["step"].toInt(), 90);
        QCOMPARE(m_cli.run({"train", pathOf(project), "--resume", run, "--steps", "90"}).exitCode, 3);
        const Answer early = m_cli.run({"train", pathOf(project), "--epochs", "500", "--patience", "2", "--stop-metric", "accuracy", "--min-improvement", "0.9"});
        QVERIFY2(early.exitCode == 0 && early.out.contains("after 3 epochs"), early.out + early.error);
    }

    void aCourseThatCannotBeIsRefusedWithItsSetting()
    {
        const Project project = m_cli.project("iris", loadProject(sampleFolder("iris"))->training);
        const std::vector<std::pair<QStringList, const char *>> cases{
            {{"--warmup", "100000"}, "warm-up of 100,000 steps"},
            {{"--warmup", "long"}, "--warmup takes a number"},
            {{"--schedule", "reduce_on_plateau", "--schedule-setting", "patience=0"}, "Patience takes"},
            {{"--schedule", "step", "--schedule-setting", "power=2"}, "every, gamma, unit"},
            {{"--schedule", "one_cycle", "--minutes", "1"}, "by minutes"},
            {{"--minutes", "0"}, "Minutes is 0"},
            {{"--evaluate-every", "0"}, "every 0 epochs"},
            {{"--patience", "-1"}, "patience of -1"},
            {{"--keep-best", "r2"}, "loss and accuracy"},
        };
        for (const auto &[flags, said] : cases) {
            const Answer answer = m_cli.run(QStringList{"train", pathOf(project)} + flags);
            QVERIFY2(answer.exitCode == 3 && answer.error.contains(said), answer.error + flags.join(' ').toUtf8());
        }
        QCOMPARE(m_cli.run({"train", pathOf(project), "--schedule", "triangular"}).exitCode, 2);
    }

    void aLearningRateIsFound()
    {
        const Project project = m_cli.project("digits-mlp", loadProject(sampleFolder("digits-mlp"))->training);
        const QByteArray runs = m_cli.run({"runs", pathOf(project), "--json"}).out;
        const Answer words = m_cli.run({"lr-range", pathOf(project), "--steps", "100"});
        QVERIFY2(words.exitCode == 0 && words.out.contains("The loss falls steepest at"), words.out + words.error);
        const QJsonObject object = m_cli.run({"lr-range", pathOf(project), "--steps", "100", "--json"}).object();
        QVERIFY(object["suggestion"].isDouble() && object["lowest_tenth"].isDouble());
        QCOMPARE(object["rates"].toArray().size(), object["smoothed"].toArray().size());
        QCOMPARE(m_cli.run({"runs", pathOf(project), "--json"}).out, runs);  // nothing is recorded
        QCOMPARE(m_cli.run({"lr-range", pathOf(project), "--from", "1", "--to", "0.1"}).exitCode, 3);
    }

    void blocksAreListedAndExplained()
    {
        const QJsonArray all = m_cli.run({"blocks", "--json"}).json().array();
        QVERIFY(all.size() >= 8);
        for (const QJsonValue &block : all)
            QVERIFY(!block["help"].toString().isEmpty() && !block["parameters"].toArray().isEmpty() && !block["graph"]["layers"].toArray().isEmpty());
        QVERIFY(m_cli.run({"blocks"}).out.contains("inverted_residual"));
        const Answer one = m_cli.run({"blocks", "residual"});
        QVERIFY(one.out.contains("He et al. 2016") && one.out.contains("filters = 16") && one.out.contains("norm2, input"));
        QCOMPARE(m_cli.run({"blocks", "resnet"}).exitCode, 4);
    }

    void layersAreListedAndExplained()
    {
        const QJsonArray all = m_cli.run({"layers", "--json"}).json().array();
        QVERIFY(all.size() >= 20);
        for (const auto &layer : all)
            QVERIFY(!layer.toObject()["help"].toString().isEmpty());
        QVERIFY(m_cli.run({"layers"}).out.contains("batch_norm"));
        const Answer one = m_cli.run({"layers", "conv2d"});
        QVERIFY2(one.out.contains("padding = same") && one.out.contains("same | valid | explicit"), one.out.constData());
    }

    void theDoctorKnowsTheProcessor()
    {
        const Answer answer = m_cli.run({"doctor", "--json"});
        QCOMPARE(answer.exitCode, 0);
        bool cpu = false;
        for (const auto &finding : answer.json().array())
            cpu = cpu || (finding.toObject()["what"].toString() == "cpu" && finding.toObject()["found"].toBool());
        QVERIFY(cpu);
        QVERIFY(m_cli.run({"doctor"}).out.contains("oneDNN"));
    }

    void theDoctorSaysWhyAGpuCannotBeUsed()
    {
        FakeDriver::Json old = FakeDriver::gpu("GPU-1", "NVIDIA GeForce GTX 1080");
        old["capability"] = {6, 1};
        const FakeDriver driver(FakeDriver::machine(FakeDriver::Json::array({old})));
        QJsonObject gpu;
        for (const auto &finding : m_cli.run({"doctor", "--json"}).json().array())
            if (finding.toObject()["what"].toString() == "gpu:0")
                gpu = finding.toObject();
        QCOMPARE(gpu["found"].toBool(true), false);
        QVERIFY(gpu["text"].toString().contains("GTX 1080. Its compute capability is 6.1"));
        QVERIFY(!gpu["advice"].toString().isEmpty());
        QCOMPARE(gpu["facts"].toObject()["Driver"].toString(), "580.65.06");
        const QByteArray text = m_cli.run({"doctor"}).out;
        QVERIFY2(text.contains("gpu:0            - NVIDIA GeForce GTX 1080.") && text.contains("Compute capability   6.1"), text.constData());
    }

    void wrongUsageIsTwo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing") << QStringList{};
        QTest::newRow("unknown command") << QStringList{"fly"};
        QTest::newRow("no project") << QStringList{"train"};
        QTest::newRow("unknown option") << QStringList{"doctor", "--fast"};
        QTest::newRow("text for a number") << QStringList{"train", "x", "--epochs", "many"};
        QTest::newRow("resume with another seed") << QStringList{"train", "x", "--resume", "1", "--seed", "2"};
        QTest::newRow("negative seed") << QStringList{"train", "x", "--seed", "-1"};
    }

    void wrongUsageIsTwo()
    {
        QFETCH(QStringList, arguments);
        const Answer answer = m_cli.run(arguments);
        QCOMPARE(answer.exitCode, 2);
        QVERIFY(!answer.error.isEmpty());
    }

    void aLayerOnADeviceThatIsNotHereIsNamed()
    {
        Project project = m_cli.project("iris", loadProject(sampleFolder("iris"))->training);
        const Layer &layer = project.graph.layers().back();
        const QString name = QString::fromStdString(layer.name);
        project.graph.edit(layer.id)->device = "cuda:99";
        QVERIFY(saveProject(project));
        for (const char *command : {"forecast", "train"}) {
            const Answer answer = m_cli.run({command, pathOf(project), "--device", "cpu", "--json"});
            QVERIFY(answer.exitCode != 0);
            QVERIFY2(answer.message().startsWith(name + " is placed on cuda:99: "), answer.out.constData());
        }
        project.graph.edit(layer.id)->device = "cpu";  // the run's own
        QVERIFY(saveProject(project));
        QCOMPARE(m_cli.run({"forecast", pathOf(project), "--device", "cpu", "--json"}).object().contains("devices"), false);
        project.graph.edit(layer.id)->device = "the big one";
        QVERIFY(saveProject(project));
        QVERIFY(m_cli.run({"forecast", pathOf(project), "--json"}).message().contains("which is no device"));
    }

    void errorsHaveTheirExitCodes()
    {
        const TrainingConfig defaults = loadProject(sampleFolder("iris"))->training;
        const Project project = m_cli.project("iris", defaults);
        const QString path = pathOf(project);
        QCOMPARE(m_cli.run({"train", "/nowhere/at/all"}).exitCode, 4);
        QCOMPARE(m_cli.run({"layers", "capsule"}).exitCode, 4);
        QCOMPARE(m_cli.run({"train", path, "--batch", "5000"}).exitCode, 3);
        QCOMPARE(m_cli.run({"train", path, "--epochs", "0"}).exitCode, 3);
        QCOMPARE(m_cli.run({"train", path, "--threads", "-3"}).exitCode, 3);
        QCOMPARE(m_cli.run({"train", path, "--resume", "77"}).exitCode, 4);
        QCOMPARE(m_cli.run({"show", path, "77"}).exitCode, 4);
        QCOMPARE(m_cli.run({"forecast", path, "--batch", "0"}).exitCode, 3);

        const Answer json = m_cli.run({"train", path, "--batch", "5000", "--json"});
        QCOMPARE(json.object()["error"].toObject()["code"].toString(), QString("invalid_argument"));
        QVERIFY(json.message().contains("5,000"));
        QVERIFY(json.error.isEmpty());
    }

    void aDamagedProjectIsSaidWithItsLine()
    {
        const Project project = m_cli.project("iris", {});
        std::ofstream(project.file(), std::ios::trunc) << "{\n  \"format\": 1,\n  \"name\" \"x\"\n}\n";
        for (const QString command : {"train", "forecast", "runs"}) {
            const Answer answer = m_cli.run({command, pathOf(project)});
            QCOMPARE(answer.exitCode, 3);
            QVERIFY2(answer.error.contains("damaged in line 3"), answer.error.constData());
        }
    }

    void aHistoryThatIsNotADatabaseIsSaidAndLeftAlone()
    {
        const Project project = m_cli.project("iris", {});
        std::ofstream(project.database(), std::ios::trunc) << "not a database, but someone's notes";
        for (const QStringList &arguments : {QStringList{"train", pathOf(project)}, QStringList{"runs", pathOf(project)}}) {
            const Answer answer = m_cli.run(arguments);
            QCOMPARE(answer.exitCode, 3);
            QVERIFY2(answer.error.contains("is not a database"), answer.error.constData());
        }
        QCOMPARE(readFile(project.database()).value(), std::string("not a database, but someone's notes"));
        std::filesystem::remove(project.database());
    }

    void aFullDiskIsFiveAndNothingCommittedIsLost()
    {
        const Project project = m_cli.project("iris", loadProject(sampleFolder("iris"))->training);
        for (const char *rest : {"", "-wal", "-shm"})
            std::filesystem::remove(project.database().string() + rest);
        QCOMPARE(m_cli.run({"train", pathOf(project), "--epochs", "2", "--json"}).exitCode, 0);
        QProcess process;
        m_cli.prepare(process, {"train", pathOf(project), "--epochs", "400", "--json"});
        process.setChildProcessModifier([] {
            const rlimit tight{96 * 1024, 96 * 1024};  // no file grows beyond this: what a full disk does
            setrlimit(RLIMIT_FSIZE, &tight);
        });
        process.start();
        const Answer answer = CommandLine::finish(process);
        QCOMPARE(answer.exitCode, 5);
        QVERIFY2(answer.message().contains("could not be written to the end"), answer.out.constData());
        const QJsonArray runs = m_cli.run({"runs", pathOf(project), "--json"}).json().array();
        QVERIFY(!runs.isEmpty());
        QCOMPARE(runs.last().toObject()["state"].toString(), QString("finished"));
        QCOMPARE(m_cli.run({"train", pathOf(project), "--epochs", "2", "--json"}).exitCode, 0);
    }

    void aNameInNoEncodingDoesNotBreakTheList()
    {
        const Project project = m_cli.project("iris", loadProject(sampleFolder("iris"))->training);
        QProcess process;
        m_cli.prepare(process, {});
        process.setProgram("/bin/sh");
        process.setArguments({"-c", QStringLiteral("exec " TRAINYARD_BIN_DIR "/trainyard-cli train \"$1\" --epochs 1 --json --name \"$(printf '\\377x')\""),
                              "sh", pathOf(project)});
        process.start();
        QCOMPARE(CommandLine::finish(process).exitCode, 0);
        const Answer runs = m_cli.run({"runs", pathOf(project), "--json"});
        QCOMPARE(runs.exitCode, 0);
        QVERIFY(runs.json().array().first().toObject()["name"].toString().endsWith('x'));
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
