#include <QJsonArray>
#include <QtTest>

#include "tests/app/command_line.h"

using namespace trainyard;
using namespace trainyard::test;

// Text that networks write, from the command line.
class TestCliSample : public QObject {
    Q_OBJECT

    CommandLine m_cli;

    Project textProject() const
    {
        TrainingConfig training = loadProject(sampleFolder("char-gpt"))->training;
        training.sampling.length = 30;
        return m_cli.project("char-gpt", training);
    }

private slots:
    void aRunWritesSamplesAndItsCheckpointWritesTheSame()
    {
        const Project project = textProject();
        const Answer none = m_cli.run({"sample", pathOf(project), "--json"});
        QCOMPARE(none.exitCode, 4);
        QVERIFY2(none.message().contains("Nothing has been trained"), qPrintable(none.message()));

        const Answer trained = m_cli.run({"train", pathOf(project), "--steps", "20", "--evaluate-every", "10steps", "--sample", "--json"});
        QVERIFY2(trained.exitCode == 0, trained.out + trained.error);
        const QJsonArray samples = trained.object()["samples"].toArray();
        QCOMPARE(samples.size(), 2);
        QCOMPARE(samples[0].toObject()["step"].toInt(), 10);
        QCOMPARE(samples[1].toObject()["step"].toInt(), 20);
        QCOMPARE(samples[1].toObject()["prompt"].toString(), QString("The network "));
        QCOMPARE(samples[1].toObject()["text"].toString().size(), 30);
        QCOMPARE(historyOf(project)->samples(1)->size(), std::size_t{2});

        const Answer written = m_cli.run({"sample", pathOf(project), "--json"});
        QVERIFY2(written.exitCode == 0, written.out + written.error);
        QCOMPARE(written.object()["run"].toInt(), 1);
        QCOMPARE(written.object()["step"].toInt(), 20);
        QCOMPARE(written.object()["text"].toString(), samples[1].toObject()["text"].toString());

        const Answer other = m_cli.run({"sample", pathOf(project), "--run", "1", "--prompt", "\xE2\x82\xAC" "Ada", "--length", "7", "--temperature", "0"});
        QCOMPARE(other.exitCode, 0);
        QVERIFY2(other.out.startsWith("\xE2\x82\xAC" "Ada"), other.out.constData());
        QVERIFY2(other.error.contains("left out of the prompt"), other.error.constData());
        QCOMPARE(m_cli.run({"sample", pathOf(project), "--prompt", "Ada", "--length", "7", "--temperature", "0", "--seed", "5", "--json"}).object()["text"],
                 m_cli.run({"sample", pathOf(project), "--prompt", "Ada", "--length", "7", "--top-k", "1", "--json"}).object()["text"]);

        const Answer cold = m_cli.run({"sample", pathOf(project), "--temperature", "-1", "--json"});
        QCOMPARE(cold.exitCode, 3);
        QVERIFY2(cold.message().contains("temperature"), qPrintable(cold.message()));
        QCOMPARE(m_cli.run({"sample", pathOf(project), "--run", "99", "--json"}).exitCode, 4);
        QCOMPARE(m_cli.run({"sample", pathOf(project), "--best", "--json"}).exitCode, 4);
    }

    void samplesArePrintedWhileTheRunGoesOn()
    {
        const Project project = textProject();
        const Answer answer = m_cli.run({"train", pathOf(project), "--steps", "10", "--sample", "--prompt", "Tom said"});
        QVERIFY2(answer.exitCode == 0, answer.out + answer.error);
        QVERIFY2(answer.out.contains("Step 10: Tom said"), answer.out.constData());
        const Answer quiet = m_cli.run({"train", pathOf(project), "--steps", "10"});
        QVERIFY2(!quiet.out.contains("The network "), quiet.out.constData());
    }

    void aRunThatLearnsNoTextSaysSo()
    {
        const Project project = m_cli.project("iris", loadProject(sampleFolder("iris"))->training);
        QCOMPARE(m_cli.run({"train", pathOf(project), "--epochs", "1", "--json"}).exitCode, 0);
        const Answer answer = m_cli.run({"sample", pathOf(project), "--json"});
        QVERIFY(answer.exitCode != 0);
        QVERIFY2(answer.message().contains("learns no text"), qPrintable(answer.message()));
    }
};

QTEST_GUILESS_MAIN(TestCliSample)
#include "tst_cli_sample.moc"
