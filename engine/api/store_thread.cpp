#include "engine/api/store_thread.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace trainyard {

namespace {

constexpr auto kFlushEvery = std::chrono::milliseconds(250);

}  // namespace

StoreThread::StoreThread(std::filesystem::path database) : m_database(std::move(database))
{
    m_thread = std::jthread([this](const std::stop_token &stop) { loop(stop); });
}

StoreThread::~StoreThread()
{
    m_thread.request_stop();
    m_wake.notify_all();
}

void StoreThread::post(std::function<void(RunStore &)> task, std::function<void(const Error &)> failed)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_tasks.push_back({std::move(task), std::move(failed)});
    }
    m_wake.notify_all();
}

void StoreThread::attach(std::shared_ptr<StoreClient> client)
{
    const std::scoped_lock lock(m_mutex);
    m_clients.push_back(std::move(client));
    m_wake.notify_all();
}

void StoreThread::loop(std::stop_token stop)
{
    Result<std::unique_ptr<RunStore>> store = RunStore::open(m_database);
    if (store)
        if (const auto marked = (*store)->markInterrupted(); !marked)
            store = tl::unexpected(marked.error());

    bool last = false;  // one more round after the stop, so that nothing posted or published is lost
    while (!last) {
        std::deque<Task> tasks;
        std::vector<std::shared_ptr<StoreClient>> clients;
        {
            std::unique_lock lock(m_mutex);
            if (m_clients.empty())
                m_wake.wait(lock, stop, [this] { return !m_tasks.empty() || !m_clients.empty(); });
            else
                m_wake.wait_for(lock, stop, kFlushEvery, [this] { return !m_tasks.empty(); });
            last = stop.stop_requested();
            tasks = std::exchange(m_tasks, {});
            clients = m_clients;
        }
        for (const Task &task : tasks) {
            if (store)
                task.run(**store);
            else if (task.failed)
                task.failed(store.error());
        }
        for (const auto &client : clients) {
            if (store)
                client->flush(**store);
            else
                client->unavailable(store.error());
        }
        const std::scoped_lock lock(m_mutex);
        std::erase_if(m_clients, [](const auto &client) { return client->done(); });
    }
}

}  // namespace trainyard
