// What passes between the engine thread of a run and everyone else: commands in, progress out. The engine looks in at
// step edges; nobody holds the lock for longer than a copy.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "engine/train/trainer.h"

namespace trainyard {

enum class CommandKind : std::uint8_t { Pause, Resume, Stop, SetLearningRate, SaveCheckpoint };

struct Command {
    CommandKind kind;
    double value = 0;  // the learning rate
};

class TrainMailbox {
public:
    explicit TrainMailbox(std::function<void(const TrainProgress &)> onProgress) : m_onProgress(std::move(onProgress)) {}

    void send(Command command)
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_commands.push_back(command);
        }
        m_wake.notify_all();
    }

    // What has arrived; with wait, sleeps until something has or a stop is requested.
    std::vector<Command> take(bool wait, const std::stop_token &stop)
    {
        std::unique_lock lock(m_mutex);
        if (wait)
            m_wake.wait(lock, stop, [this] { return !m_commands.empty(); });
        return std::exchange(m_commands, {});
    }

    TrainProgress progress() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_progress;
    }

    // From the engine thread.
    void setProgress(const TrainProgress &progress)
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_progress = progress;
        }
        if (m_onProgress)
            m_onProgress(progress);
    }

    void markEnded()
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_ended = true;
        }
        m_wake.notify_all();
    }

    void waitUntilEnded()
    {
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, [this] { return m_ended; });
    }

private:
    const std::function<void(const TrainProgress &)> m_onProgress;
    mutable std::mutex m_mutex;  // guards all below
    std::condition_variable_any m_wake;
    std::vector<Command> m_commands;
    TrainProgress m_progress;
    bool m_ended = false;
};

}  // namespace trainyard
