#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <fstream>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/storage/process_identity.h"
#include "engine/storage/run_store.h"
#include "engine/storage/schema.h"
#include "engine/storage/sqlite.h"

using namespace trainyard;

// Files that are not ours, not whole, not writable or in use.
class TestStoreFile : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path file() const { return m_folder->filePath("runs.sqlite").toStdString(); }

    void expectRefusal(ErrorCode code, const char *part)
    {
        const std::string before = readFile(file()).value();
        for (const OpenMode mode : {OpenMode::ReadWrite, OpenMode::ReadOnly}) {
            const auto store = RunStore::open(file(), mode);
            QVERIFY(!store);
            QCOMPARE(store.error().code, code);
            QVERIFY2(store.error().message.find(part) != std::string::npos, store.error().message.c_str());
        }
        QVERIFY(readFile(file()).value() == before);
        QVERIFY(!std::filesystem::exists(file().string() + "-wal"));
        QVERIFY(!std::filesystem::exists(file().string() + "-journal"));
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aTextFileIsRefusedAndNotTouched()
    {
        std::ofstream(file()) << std::string(5000, 'x');
        expectRefusal(ErrorCode::InvalidFile, "is not a database");
    }

    void aShortFileIsRefusedAndNotTouched()
    {
        std::ofstream(file()) << "SQLite format 3";
        expectRefusal(ErrorCode::InvalidFile, "is not a database");
    }

    void aPipeIsRefusedAtOnce()
    {
        QCOMPARE(::mkfifo(file().c_str(), 0600), 0);
        for (const OpenMode mode : {OpenMode::ReadWrite, OpenMode::ReadOnly}) {
            const auto store = RunStore::open(file(), mode);
            QVERIFY(!store);
            QCOMPARE(store.error().code, ErrorCode::Io);
            QVERIFY(store.error().message.find("no ordinary file") != std::string::npos);
        }
    }

    void aDatabaseOfAnotherProgramIsRefusedAndNotTouched()
    {
        {
            auto database = Database::open(file(), Database::Mode::ReadWrite).value();
            QVERIFY(database->execute("CREATE TABLE songs(id)"));
        }
        expectRefusal(ErrorCode::InvalidFile, "another program");
    }

    void aNewerHistoryIsRefusedAndNotTouched()
    {
        QVERIFY(RunStore::open(file()));
        {
            auto database = Database::open(file(), Database::Mode::ReadWrite).value();
            QVERIFY(database->execute("PRAGMA journal_mode = DELETE; PRAGMA user_version = 1000"));
        }
        expectRefusal(ErrorCode::Unsupported, "newer Trainyard (format 1000");
    }

    void aDamagedHistoryIsSaidAndNotRepairedBehindOnesBack()
    {
        {
            const auto store = RunStore::open(file()).value();
            for (int i = 0; i < 200; ++i)
                QVERIFY(store->createRun({.name = std::string(500, 'n'), .projectName = "p", .graphJson = std::string(2000, 'g')}));
        }
        std::string content = readFile(file()).value();
        QVERIFY(content.size() > 100'000);
        std::fill(content.begin() + 4096, content.begin() + 90'000, '\x55');
        std::ofstream(file(), std::ios::binary | std::ios::trunc) << content;
        const auto store = RunStore::open(file());
        const auto runs = store ? (*store)->runs() : Result<std::vector<RunRecord>>(tl::unexpected(store.error()));
        QVERIFY(!runs);
        QCOMPARE(runs.error().code, ErrorCode::InvalidFile);
        QVERIFY2(runs.error().message.find("damaged") != std::string::npos, runs.error().message.c_str());
    }

    void anEmptyFileIsAFreshStart()
    {
        std::ofstream(file()).flush();
        QVERIFY(RunStore::open(file()).value()->createRun({}));
    }

    void aFolderInItsPlaceIsRefused()
    {
        std::filesystem::create_directory(file());
        QVERIFY(RunStore::open(file()).error().message.find("is a folder") != std::string::npos);
    }

    void aFolderThatIsNotThereIsRefused()
    {
        const auto store = RunStore::open(std::filesystem::path(m_folder->path().toStdString()) / "none" / "runs.sqlite");
        QCOMPARE(store.error().code, ErrorCode::Io);
        QVERIFY2(store.error().message.find("Check that its folder exists") != std::string::npos, store.error().message.c_str());
    }

    void readingNeedsNoFileToBeMade()
    {
        const auto store = RunStore::open(file(), OpenMode::ReadOnly);
        QCOMPARE(store.error().code, ErrorCode::NotFound);
        QVERIFY(!std::filesystem::exists(file()));
    }

    void aFullDiskLeavesWhatWasCommitted()
    {
        const auto store = RunStore::open(file()).value();
        const auto id = store->createRun({.name = "kept"}).value();
        const auto series = store->declareSeries(id, "train/loss", "").value();
        const auto appendMany = [&] {
            std::vector<StoredPoint> points;
            for (int i = 0; i < 20'000; ++i)
                points.push_back({series, i, i, 0, 0.1 * i});
            return store->appendPoints(id, points);
        };
        // The same refusal as from a full disk: no file of this process may grow beyond 64 kB.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        getrlimit(RLIMIT_FSIZE, &old);
        rlimit tight = old;
        tight.rlim_cur = 64 * 1024;
        setrlimit(RLIMIT_FSIZE, &tight);
        const auto refused = appendMany();
        setrlimit(RLIMIT_FSIZE, &old);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Io);
        QVERIFY2(refused.error().message.find("what was saved before is kept") != std::string::npos, refused.error().message.c_str());
        QCOMPARE(store->points(series)->size(), 0u);  // nothing of it was left behind
        QCOMPARE(store->run(id)->name, std::string("kept"));
        QVERIFY(appendMany());  // and once there is room again, the same work goes through
        QCOMPARE(store->points(series)->size(), 20'000u);
    }

    void twoConnectionsSeeEachOthersCommits()
    {
        const auto first = RunStore::open(file()).value(), second = RunStore::open(file()).value();
        const auto reader = RunStore::open(file(), OpenMode::ReadOnly).value();
        const auto id = first->createRun({.name = "shared"}).value();
        QCOMPARE(second->run(id)->name, std::string("shared"));
        const auto a = first->declareSeries(id, "x", "").value(), b = second->declareSeries(id, "x", "").value();
        QCOMPARE(a, b);
        // Together they fill a block, and each knows what the other wrote.
        for (int i = 0; i < 20; ++i) {
            const auto append = [&](RunStore &store, std::int64_t series, std::int64_t from) {
                std::vector<StoredPoint> points;
                for (std::int64_t step = from; step < from + 35; ++step)
                    points.push_back({series, step, 0, 0, 1.0});
                return store.appendPoints(id, points);
            };
            QVERIFY(append(*first, a, 70 * i));
            QVERIFY(append(*second, b, 70 * i + 35));
        }
        const auto points = reader->points(a).value();
        QCOMPARE(points.size(), 1400u);
        for (std::size_t i = 0; i < points.size(); ++i)
            QCOMPARE(points.step[i], static_cast<double>(i));
    }

    void twoProcessesWriteAtOnceAndLoseNothing()
    {
        QVERIFY(RunStore::open(file()));
        const auto write = [this](const char *name) {
            const auto store = RunStore::open(file());
            if (!store)
                return 1;
            const auto id = (*store)->createRun({.name = name});
            if (!id)
                return 2;
            const auto series = (*store)->declareSeries(*id, "x", "");
            for (int i = 0; series && i < 40; ++i) {
                std::vector<StoredPoint> points(100, StoredPoint{*series, i, 0, 0, 1.0});
                if (!(*store)->appendPoints(*id, points))
                    return 3;
            }
            return series ? 0 : 4;
        };
        std::vector<pid_t> children;
        for (const char *name : {"a", "b"}) {
            const pid_t child = fork();
            if (child == 0)
                _exit(write(name));
            children.push_back(child);
        }
        for (const pid_t child : children) {
            int status = -1;
            QCOMPARE(waitpid(child, &status, 0), child);
            QVERIFY(WIFEXITED(status));
            QCOMPARE(WEXITSTATUS(status), 0);
        }
        const auto store = RunStore::open(file()).value();
        const auto runs = store->runs().value();
        QCOMPARE(runs.size(), 2u);
        for (const RunRecord &run : runs)
            QCOMPARE(store->points(store->series(run.id)->front().id)->size(), 4000u);
        QCOMPARE(store->markInterrupted()->size(), 2u);  // both children are gone
    }

    void processesAreToldApart()
    {
        const ProcessIdentity self = currentProcess();
        QVERIFY(isAlive(self));
        ProcessIdentity other = self;
        other.startTicks += 1;  // the number was used again
        QVERIFY(!isAlive(other));
        other = self;
        other.bootId = "another boot";
        QVERIFY(!isAlive(other));
        const pid_t child = fork();
        if (child == 0)
            _exit(0);
        siginfo_t info{};
        waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);  // ended, not reaped yet
        other = self;
        other.pid = child;
        QVERIFY(!isAlive(other));
        waitpid(child, nullptr, 0);
        QVERIFY(!isAlive(other));
    }

    void anOlderFileIsMigratedInOneStepEach()
    {
        const char *const first[] = {"CREATE TABLE a(x)"};
        const char *const both[] = {"CREATE TABLE a(x)", "ALTER TABLE a ADD COLUMN y"};
        const char *const broken[] = {"CREATE TABLE a(x)", "CREATE TABLE b(x); NONSENSE"};
        auto database = Database::open(file(), Database::Mode::ReadWrite).value();
        QVERIFY(migrate(*database, first));
        QCOMPARE(database->integer("PRAGMA user_version").value(), 1);
        QVERIFY(!migrate(*database, broken));
        QCOMPARE(database->integer("PRAGMA user_version").value(), 1);
        QCOMPARE(database->integer("SELECT count(*) FROM sqlite_schema").value(), 1);  // half a step is no step
        QVERIFY(migrate(*database, both));
        QCOMPARE(database->integer("PRAGMA user_version").value(), 2);
        QVERIFY(database->execute("SELECT y FROM a"));
    }
};

QTEST_GUILESS_MAIN(TestStoreFile)
#include "tst_store_file.moc"
