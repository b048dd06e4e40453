#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>

#include "engine/base/file.h"

using namespace trainyard;
namespace fs = std::filesystem;

class TestFile : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path at(const char *name) const { return fs::path(m_folder.path().toStdString()) / name; }

    static void expectRefusal(const Status &status, const char *part)
    {
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::Io);
        QVERIFY2(status.error().message.find(part) != std::string::npos, status.error().message.c_str());
    }
    int entries() const { return static_cast<int>(std::distance(fs::directory_iterator(m_folder.path().toStdString()), {})); }

private slots:
    void cleanup()
    {
        for (const auto &entry : fs::directory_iterator(m_folder.path().toStdString()))
            fs::remove_all(entry.path());
    }

    void whatIsWrittenIsReadBack()
    {
        const std::string content("a\0b\r\n\xff", 6);
        const std::string_view pieces[] = {content, "", "tail"};
        QVERIFY(writeFileAtomically(at("x"), pieces));
        QCOMPARE(*readFile(at("x")), content + "tail");
        QVERIFY(writeFileAtomically(at("x"), "short"));
        QCOMPARE(*readFile(at("x")), std::string("short"));
        QVERIFY(writeFileAtomically(at("x"), ""));
        QCOMPARE(*readFile(at("x")), std::string());
        QCOMPARE(entries(), 1);
    }

    void aMissingFileAndAFolderAreSaidApart()
    {
        const auto missing = readFile(at("nothing"));
        QCOMPARE(missing.error().code, ErrorCode::NotFound);
        QVERIFY(missing.error().message.find("nothing") != std::string::npos);
        const auto folder = readFile(m_folder.path().toStdString());
        QCOMPARE(folder.error().code, ErrorCode::Io);
        QVERIFY(folder.error().message.find("folder") != std::string::npos);
    }

    void aPipeAndADeviceWithoutEndAreRefusedAtOnce()
    {
        QCOMPARE(::mkfifo(at("pipe").c_str(), 0600), 0);
        for (const fs::path &path : {at("pipe"), fs::path("/dev/zero")}) {
            const auto content = readFile(path);
            QVERIFY(!content);
            QCOMPARE(content.error().code, ErrorCode::Io);
            QVERIFY(content.error().message.find("no ordinary file") != std::string::npos);
        }
    }

    void aMissingFolderIsRefusedWithItsPath() { expectRefusal(writeFileAtomically(at("no/such/folder/x"), "1"), "no/such/folder/x"); }

    void aFileInPlaceOfAFolderIsRefused()
    {
        QVERIFY(writeFileAtomically(at("file"), "1"));
        expectRefusal(writeFileAtomically(at("file/x"), "1"), "file/x");
        expectRefusal(makeFolder(at("file/x")), "file/x");
    }

    void aFolderInPlaceOfAFileIsRefusedAndNothingIsLeft()
    {
        QVERIFY(makeFolder(at("folder/inside")));
        expectRefusal(writeFileAtomically(at("folder"), "1"), "folder");
        QCOMPARE(entries(), 1);
        QVERIFY(fs::is_directory(at("folder/inside")));
    }

    // The kernel's own file system takes no new files, whoever asks.
    void aReadOnlyPlaceIsRefusedWithTheSystemsReason()
    {
        const Status status = writeFileAtomically("/proc/trainyard-test", "1");
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::Io);
        QVERIFY(!status.error().detail.empty());
    }

    // A limit on the size of files fails in the middle of a write, as a full disk does.
    void aWriteThatFailsHalfWayKeepsTheOldContent()
    {
        QVERIFY(writeFileAtomically(at("x"), "precious"));
        const auto before = std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        getrlimit(RLIMIT_FSIZE, &old);
        rlimit small = old;
        small.rlim_cur = 100'000;
        setrlimit(RLIMIT_FSIZE, &small);
        const Status status = writeFileAtomically(at("x"), std::string(300'000, 'n'));
        setrlimit(RLIMIT_FSIZE, &old);
        std::signal(SIGXFSZ, before);
        expectRefusal(status, "x");
        QCOMPARE(*readFile(at("x")), std::string("precious"));
        QCOMPARE(entries(), 1);
    }

    void anUnreadableFileIsRefused()
    {
        const auto result = readFile("/proc/self/mem");  // opens, but its first bytes cannot be read
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Io);
    }

    void aFolderThatIsThereIsMadeAgainWithoutComplaint()
    {
        QVERIFY(makeFolder(at("a/b/c")));
        QVERIFY(makeFolder(at("a/b/c")));
        QVERIFY(fs::is_directory(at("a/b/c")));
    }
};

QTEST_GUILESS_MAIN(TestFile)
#include "tst_file.moc"
