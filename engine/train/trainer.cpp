#include "engine/train/trainer.h"

#include "engine/train/train_loop.h"
#include "engine/train/train_mailbox.h"

namespace trainyard {

const char *trainStateName(TrainState state)
{
    switch (state) {
    case TrainState::Preparing: return "preparing";
    case TrainState::Running: return "running";
    case TrainState::Paused: return "paused";
    case TrainState::Stopping: return "stopping";
    case TrainState::Finished: return "finished";
    case TrainState::Stopped: return "stopped";
    case TrainState::Failed: return "failed";
    }
    return "";
}

Trainer::Trainer(std::function<Result<TrainJob>()> makeJob, std::function<void(const TrainProgress &)> onProgress,
                 std::shared_ptr<TelemetryHub> hub)
    : m_mailbox(std::make_shared<TrainMailbox>(std::move(onProgress)))
{
    m_thread = std::jthread(
        [mailbox = m_mailbox, makeJob = std::move(makeJob), hub = std::move(hub)](const std::stop_token &stop) {
            TrainLoop(makeJob, *hub, *mailbox, stop).run();
            mailbox->markEnded();
        });
}

Trainer::~Trainer() = default;  // the jthread asks to stop and joins

void Trainer::pause()
{
    m_mailbox->send({CommandKind::Pause});
}

void Trainer::resume()
{
    m_mailbox->send({CommandKind::Resume});
}

void Trainer::stop()
{
    m_mailbox->send({CommandKind::Stop});
}

void Trainer::setLearningRate(double rate)
{
    m_mailbox->send({CommandKind::SetLearningRate, rate});
}

void Trainer::requestCheckpoint()
{
    m_mailbox->send({CommandKind::SaveCheckpoint});
}

void Trainer::sample(const SamplingConfig &settings)
{
    m_mailbox->send({CommandKind::Sample, 0, settings});
}

std::vector<TextSample> Trainer::samples(std::size_t from) const
{
    return m_mailbox->samples(from);
}

std::shared_ptr<const DecisionGrid> Trainer::decisionGrid() const
{
    return m_mailbox->picture();
}

TrainProgress Trainer::progress() const
{
    return m_mailbox->progress();
}

void Trainer::wait()
{
    m_mailbox->waitUntilEnded();
}

}  // namespace trainyard
