// The desktop program from the outside: what it says on the command line, and that it starts and ends cleanly.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

class TestDesktopProgram : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        if (!QFile::exists(m_program))
            QSKIP("the desktop program is not part of this build");
    }

    void itTellsItsVersion()
    {
        const QByteArray output = outputOf({QStringLiteral("--version")});
        QVERIFY2(output.startsWith("trainyard "), output.constData());
        QVERIFY(output.contains('.'));
    }

    void helpNamesTheProjectAndThePage()
    {
        const QByteArray output = outputOf({QStringLiteral("--help")});
        QVERIFY(output.contains("[project]"));
        QVERIFY(output.contains("--page"));
    }

    void anUnknownOptionIsRefused()
    {
        QProcess process;
        start(process, {QStringLiteral("--nonsense")});
        QVERIFY(process.waitForFinished());
        QVERIFY(process.exitCode() != 0);
        QVERIFY(process.readAllStandardError().contains("nonsense"));
    }

    void aProjectIsOpenedWithoutAWordOnTheTerminal()
    {
        QProcess process;
        start(process, {QStringLiteral(TRAINYARD_PROJECTS_DIR "/iris")});
        const QString copy = m_folder.path() + QStringLiteral("/home/iris/project.json");
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(copy), 20000);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_folder.path() + QStringLiteral("/home/iris/runs.sqlite")), 20000);
        QCOMPARE(process.state(), QProcess::Running);
        process.terminate();
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.readAllStandardOutput(), QByteArray());
        QCOMPARE(process.readAllStandardError(), QByteArray());
    }

private:
    void start(QProcess &process, const QStringList &arguments)
    {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"}) {
            const QString folder = m_folder.path() + QLatin1Char('/') + QString::fromLatin1(name).toLower();
            QDir().mkpath(folder);
            QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
            environment.insert(QString::fromLatin1(name), folder);
        }
        environment.insert(QStringLiteral("TRAINYARD_HOME"), m_folder.path() + QStringLiteral("/home"));
        environment.insert(QStringLiteral("TRAINYARD_SAMPLES"), QStringLiteral(TRAINYARD_PROJECTS_DIR));
        process.setProcessEnvironment(environment);
        process.start(m_program, arguments);
        QVERIFY(process.waitForStarted());
    }

    QByteArray outputOf(const QStringList &arguments)
    {
        QProcess process;
        start(process, arguments);
        process.waitForFinished();
        return process.exitCode() == 0 ? process.readAllStandardOutput() : QByteArray();
    }

    const QString m_program = QStringLiteral(TRAINYARD_BIN_DIR "/trainyard");
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestDesktopProgram)
#include "tst_desktop_program.moc"
