// The open project's run history, asked and edited without waiting: requests go to the store's thread, answers come back
// as calls on the UI thread. UI thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include <QObject>
#include <QStringList>

#include "engine/api/start_file.h"
#include "engine/api/store_thread.h"
#include "ui/models/run_curves.h"

namespace trainyard::ui {

// Everything about one run.
struct RunDetails {
    RunRecord record;  // complete, with its JSON texts
    std::vector<StoredEvent> events;
    std::vector<CheckpointRecord> checkpoints;
    std::vector<RunParameter> parameters;
    std::vector<SampleRecord> samples;  // what its network wrote, by step
    RunCurves curves;
};

class RunLibrary : public QObject
{
    Q_OBJECT
public:
    explicit RunLibrary(QObject *parent = nullptr);
    ~RunLibrary() override;

    // Turns to another project's runs.sqlite, which is made where there is none; an empty path: no project.
    void open(const std::filesystem::path &database);
    std::shared_ptr<StoreThread> store() const { return m_store; }  // null while no project is open

    void refresh();  // answers with runsLoaded()
    // done is not called when context is gone by then, or another project was opened.
    void loadDetails(const std::vector<qint64> &runIds, QObject *context, std::function<void(std::vector<RunDetails>)> done);

    // Which file a new run would take its first weights from; what is wrong is told to done alone. folder: the project's. Without
    // a history done is called at once.
    void findStart(const StartFrom &start, const std::filesystem::path &folder, QObject *context, std::function<void(const Result<StartFile> &)> done);

    void rename(qint64 runId, const QString &name);
    void setNotes(qint64 runId, const QString &notes);
    void setTags(qint64 runId, const QStringList &before, const QStringList &after);
    void setArchived(const std::vector<qint64> &runIds, bool archived);  // deleting, and taking that back

signals:
    void opened();
    void runsLoaded(const std::vector<trainyard::RunRecord> &runs);  // newest first, archived ones left out
    void failed(const QString &message);  // the history could not be read or written, and why

private:
    // Runs ask on the store's thread and then, on the UI thread, answer with what it gave; errors end in failed().
    template <typename Ask, typename Answer>
    void request(Ask ask, Answer answer);
    void change(std::function<Status(RunStore &)> task);  // and refresh afterwards

    std::shared_ptr<StoreThread> m_store;
    int m_generation = 0;  // counts open(): answers of an earlier project are dropped
};

}  // namespace trainyard::ui
