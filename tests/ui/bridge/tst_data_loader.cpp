#include <QtTest>

#include <QSignalSpy>

#include "tests/ui/bridge/tiny_project.h"
#include "ui/bridge/data_loader.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

class TestDataLoader : public QObject
{
    Q_OBJECT
private slots:
    void aGoodFileGivesPreviewTypesAndSignature()
    {
        QTemporaryDir dir;
        ProjectDocument document;
        DataLoader loader(document);
        QSignalSpy loaded(&loader, &DataLoader::loaded);
        document.reset(tinyProject(dir));
        QVERIFY(loader.isLoading());
        QTRY_COMPARE(loaded.count(), 1);
        QVERIFY(!loader.isLoading());
        QVERIFY(!loader.error());
        QCOMPARE(loader.preview()->rowCount, std::int64_t{1200});
        QCOMPARE(loader.preview()->classes.size(), std::size_t{3});
        QVERIFY(loader.types().has_value());
        QCOMPARE(document.dataSignature()->trainRows, loader.preview()->trainRows);
        QVERIFY(document.analysis().runnable());
    }

    void aMissingFileGivesTheReasonAndNothingElse()
    {
        QTemporaryDir dir;
        Project project = tinyProject(dir);
        project.data.file = "nowhere.csv";
        ProjectDocument document;
        DataLoader loader(document);
        QSignalSpy loaded(&loader, &DataLoader::loaded);
        document.reset(project);
        QTRY_COMPARE(loaded.count(), 1);
        QVERIFY(loader.error().has_value());
        QVERIFY2(loader.error()->message.find("nowhere.csv") != std::string::npos, loader.error()->message.c_str());
        QVERIFY(!loader.preview() && !loader.types() && !document.dataSignature());
    }

    void aRaggedFileGivesTheReasonAndTheRepairedOneIsLoadedAgain()
    {
        QTemporaryDir dir;
        const Project project = tinyProject(dir);
        std::ofstream(project.folder / "points.csv") << "x,y,kind\n1,2,left\n3,top\n5,6,left\n";
        ProjectDocument document;
        DataLoader loader(document);
        QSignalSpy loaded(&loader, &DataLoader::loaded);
        document.reset(project);
        QTRY_COMPARE(loaded.count(), 1);
        QVERIFY(loader.error().has_value());
        writePoints(project.folder / "points.csv");
        loader.reload();
        QTRY_COMPARE(loaded.count(), 2);
        QVERIFY(!loader.error());
        QVERIFY(loader.preview().has_value());
    }

    void aProjectWithoutAFileIsLoadedAtOnceWithNothing()
    {
        ProjectDocument document;
        DataLoader loader(document);
        QSignalSpy loaded(&loader, &DataLoader::loaded);
        document.reset(Project());
        QCOMPARE(loaded.count(), 1);
        QVERIFY(!loader.isLoading() && !loader.preview() && !loader.error());
    }

    void severalEditsInARowEndWithTheLastOne()
    {
        QTemporaryDir dir;
        ProjectDocument document;
        DataLoader loader(document);
        document.reset(tinyProject(dir));
        for (const double share : {0.1, 0.2, 0.3, 0.4}) {
            DataConfig data = document.data();
            data.split.validationShare = share;
            document.setData(data, QStringLiteral("Set the validation share"));
        }
        QTRY_VERIFY(!loader.isLoading() && loader.preview() && loader.preview()->validationRows == 480);
    }

    void theAnswerForAnEarlierProjectIsDropped()
    {
        QTemporaryDir first, second;
        ProjectDocument document;
        DataLoader loader(document);
        document.reset(tinyProject(first));
        Project other = tinyProject(second);
        writePoints(other.folder / "points.csv", 300);
        document.reset(other);
        QTRY_VERIFY(!loader.isLoading());
        QCOMPARE(loader.preview()->rowCount, std::int64_t{300});
        QTest::qWait(50);
        QCOMPARE(loader.preview()->rowCount, std::int64_t{300});
    }

    void aLoaderMayGoWhileItLoads()
    {
        QTemporaryDir dir;
        ProjectDocument document;
        document.reset(tinyProject(dir));
        for (int i = 0; i < 20; ++i) {
            DataLoader loader(document);
            loader.reload();
            QVERIFY(loader.isLoading());
        }
        QTest::qWait(50);
        QVERIFY(!document.dataSignature());
    }
};

QTEST_MAIN(TestDataLoader)
#include "tst_data_loader.moc"
