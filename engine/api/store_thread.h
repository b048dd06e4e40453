// The one thread that touches a project's runs.sqlite: recorders flush here every 250 ms, and the desktop's reads and
// edits are posted here, so that neither the UI nor the engine ever waits for the disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/storage/run_store.h"

namespace trainyard {

// Something with work to write at every tick; called on the store's thread only.
class StoreClient {
public:
    virtual ~StoreClient() = default;
    virtual void flush(RunStore &store) = 0;
    virtual void unavailable(const Error &error) = 0;  // instead of flush(), where the file could not be opened
    virtual bool done() const = 0;  // after this the client is let go
};

class StoreThread {
public:
    // The file is opened (and made) on the thread. Runs whose process died are marked interrupted there, first.
    explicit StoreThread(std::filesystem::path database);
    ~StoreThread();  // runs what was posted, flushes every client, then joins

    // Runs task on the store's thread; failed is called there instead where the file could not be opened.
    void post(std::function<void(RunStore &)> task, std::function<void(const Error &)> failed = {});
    void attach(std::shared_ptr<StoreClient> client);

    const std::filesystem::path &database() const { return m_database; }

private:
    void loop(std::stop_token stop);

    std::filesystem::path m_database;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    struct Task {
        std::function<void(RunStore &)> run;
        std::function<void(const Error &)> failed;
    };
    std::deque<Task> m_tasks;
    std::vector<std::shared_ptr<StoreClient>> m_clients;
    std::jthread m_thread;
};

}  // namespace trainyard
