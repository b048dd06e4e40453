// Unsaved changes after a crash: kept while the program runs, offered when it starts again, gone when they are saved.
#include <QDir>
#include <QProcess>

#include "tests/ui/change_epochs.h"
#include "tests/ui/shell/desktop_fixture.h"
#include "ui/bridge/autosave.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::ui;

namespace {

const QString kIris = QStringLiteral(TRAINYARD_PROJECTS_DIR "/iris");

QStringList autosaves()
{
    return QDir(QString::fromStdString(Autosave::folder().string())).entryList({QStringLiteral("*.json")}, QDir::Files);
}

}  // namespace

class TestRecovery : public QObject
{
    Q_OBJECT
private slots:
    void init()
    {
        // The child of the crash works on its parent's ground.
        if (!qEnvironmentVariableIsSet("TRAINYARD_TEST_CHILD"))
            m_ground = std::make_unique<Ground>();
    }

    void changesAreKeptWhileTheyAreNotSavedAndTakenAwayWhenTheyAre()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        QVERIFY(autosaves().isEmpty());
        changeEpochs(desktop.document(), 91);
        QTRY_COMPARE(autosaves().size(), 1);
        QVERIFY(contentOf(QString::fromStdString((Autosave::folder() / autosaves().front().toStdString()).string())).contains("91"));
        desktop.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(autosaves().isEmpty());
    }

    void undoingEverythingLeavesNothingToKeep()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        changeEpochs(desktop.document(), 91);
        QTRY_COMPARE(autosaves().size(), 1);
        desktop.press(Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(autosaves().isEmpty());
    }

    void aLivingProgramsChangesAreNotOffered()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        changeEpochs(desktop.document(), 91);
        QTRY_COMPARE(autosaves().size(), 1);
        QSignalSpy spy(&desktop.workspace().autosave(), &Autosave::leftoversFound);
        desktop.workspace().autosave().findLeftovers();
        QTRY_COMPARE(spy.count(), 1);
        QVERIFY(!desktop.hasMessage(QStringLiteral("did not close properly")));
    }

    // Runs in the child process of the next test, which kills it.
    void theChildEditsAndWaits()
    {
        if (!qEnvironmentVariableIsSet("TRAINYARD_TEST_CHILD"))
            QSKIP("for the child process of the next test");
        QCoreApplication::setApplicationName(QStringLiteral("trainyard-test"));
        Workspace workspace;
        workspace.files().open(kIris);
        QTRY_VERIFY(workspace.files().hasProject());
        changeEpochs(workspace.document(), 4711);
        QTest::qWait(60000);
    }

    void changesOfAKilledProgramAreOfferedAndRestored()
    {
        QProcess child;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("TRAINYARD_TEST_CHILD"), QStringLiteral("1"));
        child.setProcessEnvironment(environment);
        child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("theChildEditsAndWaits")});
        QVERIFY(child.waitForStarted());
        QTRY_COMPARE_WITH_TIMEOUT(autosaves().size(), 1, 20000);
        child.kill();  // SIGKILL
        QVERIFY(child.waitForFinished());
        QCOMPARE(child.exitStatus(), QProcess::CrashExit);

        Desktop desktop;
        QTRY_VERIFY(desktop.hasMessage(QStringLiteral("Trainyard did not close properly: Iris flowers has unsaved changes")));
        desktop.answer(QStringLiteral("Restore"));
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        QCOMPARE(desktop.document().training().epochs, std::int64_t(4711));
        QVERIFY(desktop.window.isWindowModified());
        QCOMPARE(QString::fromStdString(desktop.document().project().folder.string()), m_ground->home() + QStringLiteral("/iris"));
        QCOMPARE(autosaves().size(), 1);  // kept until it is saved
        desktop.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(autosaves().isEmpty());
        QVERIFY(contentOf(m_ground->home() + QStringLiteral("/iris/project.json")).contains("4711"));
    }

    void discardedChangesAreNotOfferedAgain()
    {
        QVERIFY(QDir().mkpath(QString::fromStdString(Autosave::folder().string())));
        QFile file(QString::fromStdString((Autosave::folder() / "left.json").string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"trainyard\": \"autosave\", \"name\": \"Old net\", \"folder\": \"\", \"saved_ms\": 1700000000000, "
                   "\"owner\": {\"pid\": 999999999, \"start_ticks\": 1, \"boot\": \"another\"}, \"project\": \"{}\"}");
        file.close();
        Desktop desktop;
        QTRY_VERIFY(desktop.hasMessage(QStringLiteral("Old net has unsaved changes")));
        desktop.answer(QStringLiteral("Discard"));
        QTRY_VERIFY(autosaves().isEmpty());
        QVERIFY(!desktop.hasMessage(QStringLiteral("Old net")));
    }

    void aFileThatIsNoneOfOursIsLeftAlone()
    {
        QVERIFY(QDir().mkpath(QString::fromStdString(Autosave::folder().string())));
        for (const char *text : {"", "{", "[1, 2]", "{\"trainyard\": \"autosave\", \"owner\": 3}"}) {
            QFile file(QString::fromStdString((Autosave::folder() / "odd.json").string()));
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            file.write(text);
            file.close();
            Desktop desktop;
            QSignalSpy spy(&desktop.workspace().autosave(), &Autosave::leftoversFound);
            QTRY_VERIFY(spy.count() >= 1);
            QVERIFY(!desktop.hasMessage(QStringLiteral("did not close properly")));
            QCOMPARE(autosaves().size(), 1);
        }
    }

private:
    std::unique_ptr<Ground> m_ground;
};

QTEST_MAIN(TestRecovery)
#include "tst_recovery.moc"
