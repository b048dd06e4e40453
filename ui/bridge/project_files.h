// The open project and the disk: open, new, save, save as. Everything that touches a file happens on one thread of its
// own, in the order asked; answers come back as signals and calls on the UI thread. UI thread.
#pragma once

#include <filesystem>
#include <functional>

#include <QObject>
#include <QString>
#include <QThreadPool>

#include "ui/models/project_document.h"

namespace trainyard::ui {

class ProjectFiles : public QObject
{
    Q_OBJECT
public:
    // document must outlive this.
    explicit ProjectFiles(ProjectDocument &document, QObject *parent = nullptr);

    bool hasProject() const { return m_hasProject; }  // one is open, saved or not
    bool isSaving() const { return m_saving > 0; }
    // The thread all file work of this project is done on: one after the other.
    QThreadPool &disk() { return m_disk; }

    // The folder or its project.json. A sample or a read-only project is copied to the person's folder first. What was
    // open stays open where it fails.
    void open(const QString &path);
    void create();  // a new, empty project that has no folder yet
    // What a crash left behind: text as projectToText() wrote it, folder empty where it was never saved.
    void restore(const std::string &text, const std::filesystem::path &folder, std::function<void(bool ok)> done);

    // A project without a folder gets one in the person's projects folder. done is told whether it is on the disk now;
    // edits made meanwhile keep the document modified.
    void save(std::function<void(bool ok)> done = {});
    // Into another folder, with its data files; refused where a project is already.
    void saveAs(const QString &folder);

signals:
    void openingChanged(bool opening);
    void opened();                                              // the document holds another project
    void copiedFrom(const QString &source, const QString &folder);  // opened, but a copy of what was asked
    void saved(bool folderChanged);
    void openFailed(const QString &path, const QString &message);
    void saveFailed(const QString &message);

private:
    void take(Project project, bool modified);
    void write(Project project, std::filesystem::path copyDataFrom, std::function<void(bool)> done);

    ProjectDocument &m_document;
    QThreadPool m_disk;
    bool m_hasProject = false;
    int m_generation = 0;  // counts what was asked to be opened; answers to earlier ones are dropped
    int m_saving = 0;
};

}  // namespace trainyard::ui
