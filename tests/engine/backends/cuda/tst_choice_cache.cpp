// Timed kernel choices outlive the process, and a damaged file costs no more than timing again.
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "engine/backends/cuda/choice_cache.h"

using namespace trainyard::cuda;

namespace {

DeviceProperties card(const char *name)
{
    DeviceProperties device;
    device.name = name;
    device.computeMajor = 9;
    return device;
}

}  // namespace

class TestChoiceCache : public QObject {
    Q_OBJECT

    // Each folder is read once by this process: another folder stands for another process.
    static void copyFile(const QTemporaryDir &from, const QTemporaryDir &to, const QByteArray &content = {})
    {
        const QString name = "/trainyard/kernels-NVIDIA_H200-9.0.json";
        QVERIFY(QDir(to.path()).mkpath("trainyard"));
        if (content.isEmpty()) {
            QVERIFY(QFile::copy(from.path() + name, to.path() + name));
            return;
        }
        QFile file(to.path() + name);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }

private slots:
    void whatWasSavedIsFoundByTheNextProcess()
    {
        const QTemporaryDir first, second;
        qputenv("XDG_CACHE_HOME", first.path().toUtf8());
        const DeviceProperties device = card("NVIDIA H200");
        QVERIFY(!cachedChoice(device, "product a"));
        saveCachedChoices(device);
        QVERIFY2(!QDir(first.path() + "/trainyard").exists(), "nothing to save, nothing written");
        cacheChoice(device, "product a", "1-2");
        cacheChoice(device, "product b", "3");
        QCOMPARE(cachedChoice(device, "product a"), std::optional<std::string>("1-2"));
        QVERIFY(!cachedChoice(card("NVIDIA A100"), "product a"));
        saveCachedChoices(device);
        copyFile(first, second);
        qputenv("XDG_CACHE_HOME", second.path().toUtf8());
        QCOMPARE(cachedChoice(device, "product a"), std::optional<std::string>("1-2"));
        QCOMPARE(cachedChoice(device, "product b"), std::optional<std::string>("3"));
    }

    void whatAnotherProcessSavedStays()
    {
        const QTemporaryDir first, second;
        const DeviceProperties device = card("NVIDIA H200");
        qputenv("XDG_CACHE_HOME", first.path().toUtf8());
        cacheChoice(device, "mine", "1");
        copyFile(first, first, R"({"format": 1, "choices": {"theirs": "2"}})");
        saveCachedChoices(device);
        copyFile(first, second);
        qputenv("XDG_CACHE_HOME", second.path().toUtf8());
        QCOMPARE(cachedChoice(device, "mine"), std::optional<std::string>("1"));
        QCOMPARE(cachedChoice(device, "theirs"), std::optional<std::string>("2"));
    }

    void aFileThatIsNoneCountsAsEmpty()
    {
        const DeviceProperties device = card("NVIDIA H200");
        for (const char *content : {"{", "[1]", R"({"format": 2, "choices": {"a": "b"}})", R"({"format": 1, "choices": ["a"]})",
                                    R"({"format": 1, "choices": {"a": 5}})", R"({"format": "x"})"}) {
            const QTemporaryDir folder;
            copyFile(folder, folder, content);
            qputenv("XDG_CACHE_HOME", folder.path().toUtf8());
            QVERIFY2(!cachedChoice(device, "a"), content);
            cacheChoice(device, "a", "c");
            saveCachedChoices(device);
            QCOMPARE(cachedChoice(device, "a"), std::optional<std::string>("c"));
        }
    }
};

QTEST_GUILESS_MAIN(TestChoiceCache)
#include "tst_choice_cache.moc"
