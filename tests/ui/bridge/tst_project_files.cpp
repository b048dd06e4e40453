// The open project and its files, without a window.
#include <QFile>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/ui/change_epochs.h"
#include "ui/bridge/project_files.h"
#include "ui/bridge/recent_projects.h"

using namespace trainyard;
using namespace trainyard::ui;

class TestProjectFiles : public QObject
{
    Q_OBJECT
private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("TRAINYARD_HOME", (m_folder->path() + QStringLiteral("/home")).toUtf8());
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path() + QStringLiteral("/settings"));
        QCoreApplication::setApplicationName(QStringLiteral("trainyard-test"));
    }

    void anEditMadeDuringASaveIsNotTakenForSaved()
    {
        ProjectDocument document;
        ProjectFiles files(document);
        files.create();
        changeEpochs(document, 11);
        bool saved = false;
        files.save([&saved](bool ok) { saved = ok; });
        changeEpochs(document, 12);  // before the disk has answered
        QTRY_VERIFY(saved);
        QVERIFY(document.isModified());
        QCOMPARE(loadProject(document.project().folder)->training.epochs, std::int64_t(11));
        saved = false;
        files.save([&saved](bool ok) { saved = ok; });
        QTRY_VERIFY(saved);
        QVERIFY(!document.isModified());
        QCOMPARE(loadProject(document.project().folder)->training.epochs, std::int64_t(12));
    }

    void savesAreWrittenInTheOrderAsked()
    {
        ProjectDocument document;
        ProjectFiles files(document);
        files.create();
        int answers = 0;
        files.save([&answers](bool) { ++answers; });
        QTRY_COMPARE(answers, 1);
        for (int epochs = 1; epochs <= 20; ++epochs) {
            changeEpochs(document, epochs);
            files.save([&answers](bool) { ++answers; });
        }
        QTRY_COMPARE(answers, 21);
        QCOMPARE(loadProject(document.project().folder)->training.epochs, std::int64_t(20));
        QVERIFY(!document.isModified());
    }

    void theNameMakesTheFolder()
    {
        ProjectDocument document;
        ProjectFiles files(document);
        files.create();
        document.setName(QStringLiteral("  My net: 2 / try "));
        bool saved = false;
        files.save([&saved](bool ok) { saved = ok; });
        QTRY_VERIFY(saved);
        QCOMPARE(document.project().folder.filename().string(), std::string("my-net-2-try"));
    }

    void ofTwoProjectsAskedForTheLastOneComes()
    {
        ProjectDocument document;
        ProjectFiles files(document);
        QSignalSpy opened(&files, &ProjectFiles::opened);
        files.open(QStringLiteral(TRAINYARD_PROJECTS_DIR "/iris"));
        files.open(QStringLiteral(TRAINYARD_PROJECTS_DIR "/diabetes"));
        QTRY_COMPARE(opened.count(), 1);
        QTest::qWait(50);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(document.project().folder.filename().string(), std::string("diabetes"));
    }

    void aFolderThatCannotBeMadeIsSaidSo()
    {
        QFile file(m_folder->path() + QStringLiteral("/home"));  // where the projects folder should be
        QVERIFY(file.open(QIODevice::WriteOnly));
        ProjectDocument document;
        ProjectFiles files(document);
        files.create();
        changeEpochs(document, 3);
        QSignalSpy failed(&files, &ProjectFiles::saveFailed);
        files.save();
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(!failed.front().front().toString().isEmpty());
        QVERIFY(document.isModified());
    }

    void onlyRecentProjectsThatAreStillThereAreListed()
    {
        ProjectDocument document;
        ProjectFiles files(document);
        files.open(QStringLiteral(TRAINYARD_PROJECTS_DIR "/iris"));
        QTRY_VERIFY(files.hasProject());
        RecentProjects recent;
        QSignalSpy changed(&recent, &RecentProjects::changed);
        recent.add(m_folder->path() + QStringLiteral("/gone"), QStringLiteral("Gone"));
        recent.add(QString::fromStdString(document.project().folder.string()), QStringLiteral("Iris"));
        QTRY_VERIFY(!recent.list().empty());
        QCOMPARE(recent.list().size(), std::size_t(1));
        QCOMPARE(recent.list().front().name, QStringLiteral("Iris"));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestProjectFiles)
#include "tst_project_files.moc"
