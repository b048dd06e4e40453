#include <QJsonArray>
#include <QtTest>

#include "engine/exchange/safetensors.h"
#include "tests/app/command_line.h"

using namespace trainyard;
using namespace trainyard::test;

// Fine-tuning from the command line: what fits is said first, then a run begins with it.
class TestCliStart : public QObject {
    Q_OBJECT

    CommandLine m_cli;
    QString m_project;
    std::filesystem::path m_folder;

    QString inProject(const char *name) const { return QString::fromStdString((m_folder / name).string()); }

private slots:
    void initTestCase()
    {
        TrainingConfig training = loadProject(sampleFolder("iris"))->training;
        training.epochs = 3;
        training.threads = 1;
        const Project project = m_cli.project("iris", training);
        m_project = pathOf(project);
        m_folder = project.folder;
    }

    void withoutARunThereIsNothingToStartFrom()
    {
        const Answer none = m_cli.run({"match", m_project, "1", "--json"});
        QCOMPARE(none.exitCode, 4);
        QCOMPARE(m_cli.run({"match", m_project}).exitCode, 3);  // the project starts with fresh weights
        QCOMPARE(m_cli.run({"train", m_project}).exitCode, 0);
    }

    void theMatchIsSaidBeforeAnythingRuns()
    {
        const Answer answer = m_cli.run({"match", m_project, "1", "--json"});
        QVERIFY2(answer.exitCode == 0, answer.out.constData());
        const QJsonObject object = answer.object();
        QCOMPARE(object["layout"].toString(), QString("trainyard"));
        QVERIFY(object["source"].toString().contains("run 1, step "));
        QVERIFY(object["tensors"].toInt() > 0);
        QCOMPARE(object["loaded_tensors"], object["tensors"]);
        QCOMPARE(object["network"].toArray().size(), object["tensors"].toInt());
        const QString layer = object["network"].toArray().first().toObject()["name"].toString().section('/', 0, 0);

        const Answer text = m_cli.run({"match", m_project, "1", "--leave-out", layer});
        QCOMPARE(text.exitCode, 0);
        QVERIFY2(text.out.contains("starts fresh") && text.out.contains("left out") && text.out.contains("not used of the source"), text.out.constData());
        QCOMPARE(m_cli.run({"runs", m_project, "--json"}).json().array().size(), 1);
    }

    void aRunStartsFromAnotherAndSaysSo()
    {
        const QString layer = m_cli.run({"match", m_project, "1", "--json"}).object()["network"].toArray().first().toObject()["name"].toString().section('/', 0, 0);
        const Answer trained = m_cli.run({"train", m_project, "--start-from", "1", "--freeze", layer, "--epochs", "1", "--json"});
        QVERIFY2(trained.exitCode == 0, trained.out.constData());
        const QString run = QString::number(trained.object()["run"].toInt());
        const QJsonObject shown = m_cli.run({"show", m_project, run, "--json"}).object();
        const QJsonObject start = shown["environment"].toObject()["start"].toObject();
        QCOMPARE(start["run"].toInt(), 1);
        QCOMPARE(start["sha256"].toString().size(), 64);
        QCOMPARE(shown["config"].toObject()["training"].toObject()["start_from"].toObject()["run"].toInt(), 1);
        const Answer text = m_cli.run({"show", m_project, run});
        QVERIFY2(text.out.contains("weights     from the latest weights of run 1, step "), text.out.constData());
        // The project itself still starts fresh.
        QVERIFY(!loadProject(m_folder)->training.startFrom.isSet());
    }

    void aFileThatFitsNowhereIsRefusedBeforeTheFirstStep()
    {
        SafetensorsFile file;
        file.tensors = {{"encoder.weight", HostTensor({DType::F32, Shape{3, 5}})}};
        QVERIFY(writeSafetensors(m_folder / "other.safetensors", file));
        const Answer match = m_cli.run({"match", m_project, inProject("other.safetensors")});
        QCOMPARE(match.exitCode, 3);
        QVERIFY2(match.error.contains("encoder.weight"), match.error.constData());
        const Answer trained = m_cli.run({"train", m_project, "--start-from", inProject("other.safetensors"), "--json"});
        QCOMPARE(trained.exitCode, 3);
        QVERIFY2(trained.message().contains("encoder.weight"), trained.out.constData());
    }

    void mistakesHaveTheirExitCodes()
    {
        QCOMPARE(m_cli.run({"train", m_project, "--start-from", "77", "--json"}).exitCode, 4);
        QCOMPARE(m_cli.run({"train", m_project, "--start-from", inProject("nowhere.safetensors"), "--json"}).exitCode, 4);
        QCOMPARE(m_cli.run({"train", m_project, "--freeze", "nobody", "--json"}).exitCode, 3);
        QCOMPARE(m_cli.run({"train", m_project, "--match-by-order", "--json"}).exitCode, 3);
        QCOMPARE(m_cli.run({"train", m_project, "--resume", "1", "--start-from", "1"}).exitCode, 2);
    }
};

QTEST_GUILESS_MAIN(TestCliStart)
#include "tst_cli_start.moc"
