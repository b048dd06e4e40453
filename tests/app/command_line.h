// trainyard-cli as a child process, in a home folder of its own.
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>

#include "tests/engine/api/sample_project.h"

namespace trainyard::test {

struct Answer {
    int exitCode = -1;
    QByteArray out, error;

    QJsonDocument json() const { return QJsonDocument::fromJson(out); }
    QJsonObject object() const { return json().object(); }
    QString message() const { return object()["error"].toObject()["message"].toString(); }
};

class CommandLine {
public:
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }

    // Not started yet, so that the test can still change it.
    void prepare(QProcess &process, const QStringList &arguments) const
    {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("TRAINYARD_HOME", m_folder.filePath("home"));
        environment.insert("TRAINYARD_SAMPLES", TRAINYARD_PROJECTS_DIR);
        process.setProcessEnvironment(environment);
        process.setProgram(QStringLiteral(TRAINYARD_BIN_DIR "/trainyard-cli"));
        process.setArguments(arguments);
    }

    static Answer finish(QProcess &process)
    {
        if (!process.waitForFinished(120'000))
            return {-1, {}, "It did not end."};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
                process.readAllStandardError()};
    }

    Answer run(const QStringList &arguments) const
    {
        QProcess process;
        prepare(process, arguments);
        process.start();
        return finish(process);
    }

    // A saved copy of the sample with these settings; its folder as text for the command line.
    Project project(const std::string &id, const TrainingConfig &training) const
    {
        Project copy = copyOfSample(id, folder() / "projects");
        copy.training = training;
        return saveProject(copy) ? copy : Project();
    }

private:
    QTemporaryDir m_folder;
};

inline QString pathOf(const Project &project)
{
    return QString::fromStdString(project.folder.string());
}

}  // namespace trainyard::test
