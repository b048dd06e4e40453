#include <QtTest>

#include "tests/app/command_line.h"
#include "tests/engine/api/bad_settings.h"

using namespace trainyard;
using namespace trainyard::test;

// The command line refuses what cannot be trained before anything runs.
class TestCliBadSettings : public QObject {
    Q_OBJECT

    CommandLine m_cli;

private slots:
    void eachIsRefusedWithItsName_data()
    {
        QTest::addColumn<int>("index");
        const auto all = badSettings();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name) << static_cast<int>(i);
    }

    void eachIsRefusedWithItsName()
    {
        QFETCH(int, index);
        const BadSetting bad = badSettings()[static_cast<std::size_t>(index)];
        Project project = m_cli.project("iris", {});
        bad.make(project);
        QVERIFY(saveProject(project));
        for (const char *command : {"forecast", "train"}) {
            const Answer answer = m_cli.run({command, pathOf(project), "--json"});
            QCOMPARE(answer.exitCode, 3);
            QVERIFY2(answer.message().contains(QString::fromStdString(bad.says)), answer.out.constData());
            QCOMPARE(answer.object()["error"].toObject()["node"].toString(), QString::fromStdString(bad.layer));
            const Answer words = m_cli.run({command, pathOf(project)});
            QVERIFY2(words.error.contains(bad.layer.c_str()) && words.error.contains(bad.says.c_str()), words.error.constData());
        }
    }

    // JSON has no infinity; a number beyond the range of a double is what comes nearest.
    void anInfiniteLearningRateIsRefused()
    {
        const Project project = m_cli.project("iris", {});
        QString text = QString::fromStdString(readFile(project.file()).value());
        const qsizetype at = text.indexOf(QStringLiteral("\"learning_rate\":"));
        QVERIFY(at > 0);
        text.replace(at, text.indexOf(QLatin1Char(','), at) - at, QStringLiteral("\"learning_rate\": 1e999"));
        QVERIFY(writeFileAtomically(project.file(), text.toStdString()));
        for (const char *command : {"forecast", "train"}) {
            const Answer answer = m_cli.run({command, pathOf(project), "--json"});
            QCOMPARE(answer.exitCode, 3);
            QVERIFY2(answer.message().contains("the number 1e999 in line "), answer.out.constData());
        }
        QCOMPARE(m_cli.run({"lr-range", pathOf(m_cli.project("iris", {})), "--from", "0"}).exitCode, 3);
        QCOMPARE(m_cli.run({"lr-range", pathOf(m_cli.project("iris", {})), "--to", "inf"}).exitCode, 3);
    }
};

QTEST_GUILESS_MAIN(TestCliBadSettings)
#include "tst_cli_bad_settings.moc"
