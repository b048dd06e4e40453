// Keeps unsaved changes safe from a crash: while the document is modified its text is written to the state folder, and
// taken away when it is saved or given up. Files of processes that died are what a crash left. UI thread; the disk's
// thread does the writing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <QObject>
#include <QThreadPool>
#include <QTimer>

#include "ui/models/project_document.h"

namespace trainyard::ui {

// Unsaved changes of a program that did not close properly.
struct Leftover {
    std::filesystem::path file;    // where they are kept
    std::filesystem::path folder;  // of the project; empty: it was never saved
    QString name;                  // of the project
    qint64 savedMs = 0;            // since 1970 UTC
    std::string text;              // as projectToText() wrote it
};

class Autosave : public QObject
{
    Q_OBJECT
public:
    // Both must outlive this. disk: of one thread, so that writing and removing keep their order.
    Autosave(ProjectDocument &document, QThreadPool &disk, QObject *parent = nullptr);

    void findLeftovers();  // answers with leftoversFound()
    // The document now holds the leftover's changes: its file goes on as this document's own, so that there is no moment
    // without one.
    void adopt(const Leftover &leftover);
    void discard(const Leftover &leftover);
    void forget();  // this document's own file: its changes are saved or given up

    static std::filesystem::path folder();

signals:
    void leftoversFound(const std::vector<trainyard::ui::Leftover> &leftovers);  // newest first; may be empty
    void failed(const QString &message);  // changes cannot be kept safe, and why; told once until it works again

private:
    void write();

    ProjectDocument &m_document;
    QThreadPool &m_disk;
    QTimer m_afterEdit, m_atLatest;
    std::filesystem::path m_file;
    bool m_written = false, m_inTrouble = false;
};

}  // namespace trainyard::ui
