// Opening the CUDA module: everything that can be in its place instead, and what is then said.
#include <QtTest>

#include "engine/backends/module_loader.h"

using namespace trainyard;

class TestModuleLoader : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private slots:
    void aFileThatIsNotThereIsNamed()
    {
        const LoadedModule loaded = loadModule(m_folder.filePath("libtrainyard_cuda.so").toStdString());
        QVERIFY(!loaded.module);
        QVERIFY(loaded.reason.find("libtrainyard_cuda.so") != std::string::npos);
        QVERIFY(loaded.advice.find("TRAINYARD_CUDA_MODULE") != std::string::npos);  // the only way to ask for such a file
    }

    void garbageIsRefused()
    {
        QFile file(m_folder.filePath("garbage.so"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("not a library");
        file.close();
        const LoadedModule loaded = loadModule(file.fileName().toStdString());
        QVERIFY(!loaded.module);
        QVERIFY(loaded.reason.find("does not load") != std::string::npos);
    }

    void aLibraryWithoutTheEntryBelongsToAnotherBuild()
    {
        const LoadedModule loaded = loadModule("libz.so.1");
        QVERIFY(!loaded.module);
        QVERIFY(loaded.reason.find("another build") != std::string::npos);
    }

    void theProcessorIsAlwaysThereAndEveryOtherDeviceSaysWhyNot()
    {
        qputenv("TRAINYARD_CUDA_MODULE", m_folder.filePath("missing.so").toUtf8());
        const auto reports = findBackends();
        QCOMPARE(reports.size(), std::size_t{2});
        QVERIFY(reports[0].id == "cpu" && reports[0].available);
        QVERIFY(!reports[1].available && !reports[1].reason.empty());
        QVERIFY(openBackend("auto"));  // falls back to the processor
        const auto cuda = openBackend("cuda:0");
        QVERIFY(!cuda);
        QVERIFY(cuda.error().message.find("missing.so") != std::string::npos);
        const auto unknown = openBackend("toaster");
        QVERIFY(!unknown);
        QVERIFY(unknown.error().message.find("cuda:0") != std::string::npos);
        QVERIFY(!planningBackend("{}"));
    }
};

QTEST_GUILESS_MAIN(TestModuleLoader)
#include "tst_module_loader.moc"
