#include <QtTest>

#include <QSignalSpy>

#include "tests/ui/bridge/tiny_project.h"
#include "ui/bridge/run_library.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

// A history with three finished runs.
struct Bench {
    QTemporaryDir dir;
    std::filesystem::path file = folderOf(dir) / "runs.sqlite";
    RunLibrary library;
    std::vector<RunRecord> runs;
    QStringList failures;
    int answers = 0;

    Bench()
    {
        const auto must = [](const Status &status) {
            if (!status)
                qFatal("%s", status.error().message.c_str());
        };
        {
            auto store = RunStore::open(file).value();
            for (const char *name : {"first", "second", "third"}) {
                NewRun run;
                run.name = name;
                run.configJson = R"({"training":{"epochs":3}})";
                const std::int64_t id = store->createRun(run).value();
                const std::int64_t series = store->declareSeries(id, "train/loss", "").value();
                const std::vector<StoredPoint> points{{series, 1, 1000, 0, 0.5}, {series, 2, 1001, 0, 0.25}};
                must(store->appendPoints(id, points));
                must(store->setState(id, RunState::Running));
                must(store->setState(id, RunState::Finished));
            }
        }
        QObject::connect(&library, &RunLibrary::runsLoaded, &library, [this](const std::vector<RunRecord> &loaded) {
            runs = loaded;
            ++answers;
        });
        QObject::connect(&library, &RunLibrary::failed, &library, [this](const QString &message) { failures.append(message); });
    }
    bool open()
    {
        library.open(file);
        return QTest::qWaitFor([this] { return answers > 0; });
    }
    const RunRecord *find(const char *name) const
    {
        const auto found = std::find_if(runs.begin(), runs.end(), [&](const RunRecord &run) { return run.name == name; });
        return found == runs.end() ? nullptr : &*found;
    }
};

}  // namespace

class TestRunLibrary : public QObject
{
    Q_OBJECT
private slots:
    void openingAnswersWithTheRunsNewestFirst()
    {
        Bench bench;
        QVERIFY(bench.open());
        QCOMPARE(bench.runs.size(), std::size_t{3});
        QCOMPARE(bench.runs.front().name, std::string("third"));
    }

    void aRenamedRunComesBackWithItsNewName()
    {
        Bench bench;
        QVERIFY(bench.open());
        bench.library.rename(bench.runs[1].id, QStringLiteral("größer"));
        QTRY_VERIFY(bench.find("größer"));
        QVERIFY(!bench.find("second"));
    }

    void notesAndTagsAreKept()
    {
        Bench bench;
        QVERIFY(bench.open());
        const qint64 id = bench.runs[0].id;
        bench.library.setNotes(id, QStringLiteral("two\nlines"));
        bench.library.setTags(id, {}, {QStringLiteral("cnn"), QStringLiteral("best")});
        QTRY_COMPARE(bench.runs[0].tags, (std::vector<std::string>{"best", "cnn"}));
        QTRY_COMPARE(bench.runs[0].notes, std::string("two\nlines"));
        bench.library.setTags(id, {QStringLiteral("cnn"), QStringLiteral("best")}, {QStringLiteral("best")});
        QTRY_COMPARE(bench.runs[0].tags, (std::vector<std::string>{"best"}));
    }

    void deletedRunsAreGoneAndComeBackWhenThatIsUndone()
    {
        Bench bench;
        QVERIFY(bench.open());
        const std::vector<qint64> ids{bench.runs[0].id, bench.runs[2].id};
        bench.library.setArchived(ids, true);
        QTRY_COMPARE(bench.runs.size(), std::size_t{1});
        QCOMPARE(bench.runs[0].name, std::string("second"));
        bench.library.setArchived(ids, false);
        QTRY_COMPARE(bench.runs.size(), std::size_t{3});
    }

    void detailsHoldCurvesAndParameters()
    {
        Bench bench;
        QVERIFY(bench.open());
        std::vector<RunDetails> details;
        bench.library.loadDetails({bench.runs[2].id, bench.runs[0].id}, this, [&](std::vector<RunDetails> all) { details = std::move(all); });
        QTRY_COMPARE(details.size(), std::size_t{2});
        QCOMPARE(details[0].record.name, std::string("first"));
        QCOMPARE(details[1].record.name, std::string("third"));
        QCOMPARE(details[0].curves.at(QStringLiteral("train/loss")).value, (std::vector<double>{0.5, 0.25}));
        QVERIFY(!details[0].parameters.empty());
    }

    void detailsOfARunThatIsNotThereFail()
    {
        Bench bench;
        QVERIFY(bench.open());
        bool called = false;
        bench.library.loadDetails({4711}, this, [&](std::vector<RunDetails>) { called = true; });
        QTRY_COMPARE(bench.failures.size(), 1);
        QVERIFY(!called);
    }

    void detailsAreNotDeliveredToWhoIsGone()
    {
        Bench bench;
        QVERIFY(bench.open());
        bool called = false;
        {
            QObject context;
            bench.library.loadDetails({bench.runs[0].id}, &context, [&](std::vector<RunDetails>) { called = true; });
        }
        const int before = bench.answers;
        bench.library.refresh();
        QTRY_VERIFY(bench.answers > before);
        QVERIFY(!called);
    }

    void aFileThatIsNoDatabaseIsReportedAndLeftAlone()
    {
        Bench bench;
        const std::filesystem::path file = folderOf(bench.dir) / "other.sqlite";
        const std::string content(5000, 'x');
        std::ofstream(file) << content;
        bench.library.open(file);
        QTRY_VERIFY(!bench.failures.isEmpty());
        QVERIFY(!bench.failures.first().isEmpty());
        QCOMPARE(bench.answers, 0);
        std::ifstream in(file);
        QCOMPARE(std::string(std::istreambuf_iterator<char>(in), {}), content);
    }

    void aFolderThatIsNotThereIsReported()
    {
        Bench bench;
        bench.library.open(folderOf(bench.dir) / "missing" / "folder" / "runs.sqlite");
        QTRY_VERIFY(!bench.failures.isEmpty());
    }

    void anotherProjectsAnswerIsDropped()
    {
        Bench bench;
        bench.library.open(bench.file);
        const std::filesystem::path other = folderOf(bench.dir) / "empty.sqlite";
        bench.library.open(other);
        QTRY_VERIFY(bench.answers > 0);
        QVERIFY(bench.runs.empty());
        QTest::qWait(50);
        QVERIFY(bench.runs.empty());
    }

    void withoutAProjectThereAreNoRuns()
    {
        Bench bench;
        QVERIFY(bench.open());
        bench.library.open({});
        QVERIFY(bench.runs.empty());
        QVERIFY(!bench.library.store());
    }
};

QTEST_MAIN(TestRunLibrary)
#include "tst_run_library.moc"
