// What passes between the engine thread of a run and everyone else: commands in, progress out. The engine looks in at
// step edges; nobody holds the lock for longer than a copy.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "engine/train/trainer.h"

namespace trainyard {

enum class CommandKind : std::uint8_t { Pause, Resume, Stop, SetLearningRate, SaveCheckpoint, Sample };

struct Command {
    CommandKind kind;
    double value = 0;  // the learning rate
    SamplingConfig sampling = {};
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

    // Whether a stop waits to be taken: what a sample that takes long asks, token by token.
    bool isAskedToStop() const
    {
        const std::scoped_lock lock(m_mutex);
        return std::any_of(m_commands.begin(), m_commands.end(), [](const Command &command) { return command.kind == CommandKind::Stop; });
    }

    // What the network wrote since this start, from the first `from` on, and its last picture; null: none yet.
    std::vector<TextSample> samples(std::size_t from) const
    {
        const std::scoped_lock lock(m_mutex);
        return {m_samples.begin() + static_cast<std::ptrdiff_t>(std::min(from, m_samples.size())), m_samples.end()};
    }
    std::shared_ptr<const DecisionGrid> picture() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_picture;
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

    void addSample(TextSample sample)
    {
        const std::scoped_lock lock(m_mutex);
        m_samples.push_back(std::move(sample));
    }

    void setPicture(std::shared_ptr<const DecisionGrid> picture)
    {
        const std::scoped_lock lock(m_mutex);
        m_picture = std::move(picture);
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
    std::vector<TextSample> m_samples;
    std::shared_ptr<const DecisionGrid> m_picture;
    bool m_ended = false;
};

}  // namespace trainyard
