#include <QJsonArray>
#include <QtTest>

#include <csignal>

#include "tests/app/command_line.h"

using namespace trainyard;
using namespace trainyard::test;

// trainyard-cli race: who is faster, for people and for scripts.
class TestCliRace : public QObject {
    Q_OBJECT

    CommandLine m_cli;
    QString m_project;

private slots:
    void initTestCase() { m_project = QString::fromStdString(sampleFolder("digits-mlp").string()); }

    void twoContestantsAreSetAgainstEachOtherForScripts()
    {
        const Answer answer = m_cli.run({"race", m_project, "--devices", "cpu/1,cpu/2", "--seconds", "0.5", "--json"});
        QCOMPARE(answer.exitCode, 0);
        const QJsonArray lanes = answer.object()["contestants"].toArray();
        QCOMPARE(lanes.size(), 2);
        double rates[2] = {};
        for (int i = 0; i < 2; ++i) {
            const QJsonObject lane = lanes[i].toObject();
            QCOMPARE(lane["state"].toString(), QString("finished"));
            QCOMPARE(lane["threads"].toInt(), i + 1);
            rates[i] = lane["samples_per_second"].toDouble();
            QVERIFY(rates[i] > 0);
            QVERIFY(lane["samples_by_second"].toArray().size() >= 3);
            QVERIFY(lane["loss"].isDouble());
        }
        const double ratio = std::max(rates[0], rates[1]) / std::min(rates[0], rates[1]);
        QVERIFY(std::abs(answer.object()["ratio"].toDouble() - ratio) < 1e-9 * ratio);
        QCOMPARE(answer.object()["fastest"].toInt(), rates[1] > rates[0] ? 1 : 0);
        QVERIFY(!std::filesystem::exists(m_cli.folder() / "home"));  // nothing is recorded, so no copy is made
    }

    void peopleSeeBarsAndTheRatio()
    {
        const Answer answer = m_cli.run({"race", m_project, "--devices", "cpu/1,cpu/2", "--seconds", "0.4"});
        QCOMPARE(answer.exitCode, 0);
        for (const char *part : {"CPU, 1 thread: racing\n", "CPU, 2 threads: racing\n", "█", " samples/s\n", "times as fast as", "warming up not counted"})
            QVERIFY2(answer.out.contains(part), answer.out.constData());
        QVERIFY(!answer.out.contains('\x1b'));
    }

    void aMissingDeviceDoesNotCostTheOthersResult()
    {
        const Answer answer = m_cli.run({"race", m_project, "--devices", "cpu/1,cuda:77", "--seconds", "0.3", "--json"});
        QCOMPARE(answer.exitCode, 4);
        const QJsonArray lanes = answer.object()["contestants"].toArray();
        QVERIFY(lanes[0].toObject()["samples_per_second"].toDouble() > 0);
        QCOMPARE(lanes[1].toObject()["state"].toString(), QString("failed"));
        QVERIFY(!lanes[1].toObject()["error"].toObject()["message"].toString().isEmpty());
        QVERIFY(answer.object()["ratio"].isNull());
    }

    void theCudaModuleRacesAgainstTheProcessor()
    {
        // The whole way of a GPU, steps in a queue and all, on the simulated device.
        const QString module = QStringLiteral(TRAINYARD_BIN_DIR "/../simulated/libtrainyard_cuda_simulated.so");
        if (!QFile::exists(module))
            QSKIP("The simulated CUDA module is not built.");
        QProcess process;
        m_cli.prepare(process, {"race", QString::fromStdString(sampleFolder("iris").string()), "--seconds", "0.5", "--json"});
        auto environment = process.processEnvironment();
        environment.insert("TRAINYARD_CUDA_MODULE", module);
        process.setProcessEnvironment(environment);
        process.start();
        const Answer answer = CommandLine::finish(process);
        QVERIFY2(answer.exitCode == 0, answer.out + answer.error);
        const QJsonArray lanes = answer.object()["contestants"].toArray();
        QCOMPARE(lanes.size(), 2);  // the processor and the first GPU, without being told
        QCOMPARE(lanes[0].toObject()["device"].toString(), QString("cpu"));
        QCOMPARE(lanes[1].toObject()["device"].toString(), QString("cuda:0"));
        for (const auto &lane : lanes) {
            QCOMPARE(lane.toObject()["state"].toString(), QString("finished"));
            QVERIFY(lane.toObject()["samples_per_second"].toDouble() > 0);
            QVERIFY2(lane.toObject()["seconds"].toDouble() < 2, answer.out);
        }
        QVERIFY(answer.object()["ratio"].toDouble() >= 1);
    }

    void withoutAGpuItSaysWhyThereIsNone()
    {
        if (QFile::exists("/dev/nvidiactl"))
            QSKIP("There is a GPU in this machine.");
        const Answer answer = m_cli.run({"race", m_project});
        QCOMPARE(answer.exitCode, 4);
        QVERIFY2(answer.error.contains("There is no GPU to race against: ") && answer.error.contains("--devices cpu/1,cpu/2"), answer.error.constData());
    }

    void whatMakesNoRaceIsRefused()
    {
        QCOMPARE(m_cli.run({"race", m_project, "--devices", "cpu"}).exitCode, 3);
        QCOMPARE(m_cli.run({"race", m_project, "--devices", "cpu/1,abacus/9/9"}).exitCode, 3);
        QCOMPARE(m_cli.run({"race", m_project, "--devices", "cpu/1,cpu/2", "--seconds", "0"}).exitCode, 3);
        QCOMPARE(m_cli.run({"race", "/nowhere/at/all"}).exitCode, 4);
        QCOMPARE(m_cli.run({"race"}).exitCode, 2);
    }

    void ctrlCEndsItWithItsExitCode()
    {
        QProcess process;
        m_cli.prepare(process, {"race", m_project, "--devices", "cpu/1,cpu/2", "--seconds", "300"});
        process.start();
        QByteArray seen;
        QTRY_VERIFY_WITH_TIMEOUT((process.waitForReadyRead(50), seen += process.readAllStandardOutput(), seen.contains(": racing")), 60'000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QCOMPARE(CommandLine::finish(process).exitCode, 130);
    }
};

QTEST_GUILESS_MAIN(TestCliRace)
#include "tst_cli_race.moc"
