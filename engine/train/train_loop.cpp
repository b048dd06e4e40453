// The run as a whole, and its steps.
#include "engine/train/train_loop.h"

#include <cmath>

#include "engine/base/format.h"

namespace trainyard {

TrainLoop::TrainLoop(const std::function<Result<TrainJob>()> &makeJob, TelemetryHub &hub, TrainMailbox &mailbox,
                     std::stop_token stop)
    : m_makeJob(makeJob), m_mailbox(mailbox), m_stop(std::move(stop)), m_report(hub, mailbox), m_progress(m_report.progress)
{
}

void TrainLoop::run()
{
    m_report.tell(true);
    const Status status = train();
    m_progress.secondsLeft.reset();
    m_progress.secondsTrained = m_report.secondsTrained();
    if (!status) {
        const Error error = m_nonFinite ? explainNonFinite(status.error()) : status.error();
        m_progress.state = TrainState::Failed;
        m_progress.error = error;
        m_report.announce(EventKind::Finished, EventLevel::Error, error.message);
    } else if (m_stopping) {
        m_progress.state = TrainState::Stopped;
        m_report.announce(EventKind::Finished, EventLevel::Info,
                          fmt::format("Stopped at step {} in epoch {}.", formatCount(m_progress.step), m_progress.epoch + 1));
    } else {
        m_progress.state = TrainState::Finished;
        const std::string done = m_stepInEpoch == 0 ? fmt::format("{} epoch{}", m_progress.epoch, m_progress.epoch == 1 ? "" : "s")
                                                    : fmt::format("{} steps", formatCount(m_progress.step));
        m_report.announce(EventKind::Finished, EventLevel::Info,
                          m_endedEarly ? fmt::format("Ended early after {}: {}", done, m_judge.whyOver()) : fmt::format("Finished {}.", done));
    }
    m_model.reset();  // the arena is free before the end is told
    m_report.tell(true);
}

Status TrainLoop::train()
{
    TRAINYARD_CHECK(prepare());
    m_progress.state = TrainState::Running;
    m_report.tell(true);
    while (!m_stopping && !isOver())
        TRAINYARD_CHECK(trainEpoch());
    if (m_stopping) {
        m_progress.state = TrainState::Stopping;
        m_report.tell(true);
        return saveCheckpoint("stop");
    }
    TRAINYARD_CHECK(evaluateEnd());
    TRAINYARD_CHECK(saveCheckpoint("finished"));
    return evaluateTest();
}

bool TrainLoop::isOver() const
{
    if (m_endedEarly)
        return true;
    switch (m_job.config.length.unit) {
    case LengthUnit::Epochs: return m_progress.epoch >= m_progress.epochs;
    case LengthUnit::Steps: return m_progress.step >= m_progress.steps;
    case LengthUnit::Minutes: return m_report.secondsTrained() >= *m_progress.secondsPlanned;
    }
    return true;
}

Status TrainLoop::trainEpoch()
{
    m_order->begin(m_progress.epoch);
    do {
        TRAINYARD_CHECK(handleCommands());
        if (m_stopping)
            return {};
        const auto begin = Clock::now();
        TRAINYARD_CHECK(trainOneStep());
        const bool epochEnds = m_stepInEpoch == m_order->stepsPerEpoch();
        const bool due = isEvaluationDue(epochEnds, m_progress.epoch + 1);
        if (m_stepInEpoch % m_reportEvery == 0 || epochEnds) {
            TRAINYARD_CHECK(m_model->requestTrainingSums(m_progress.step));
            ++m_reportsPending;
            if (isScheduled() || epochEnds)
                m_report.point("train/learning_rate", "", m_progress.learningRate);
        }
        TRAINYARD_CHECK(takeReports(epochEnds || due));
        if (epochEnds)
            TRAINYARD_CHECK(finishEpoch());
        else if (due)
            TRAINYARD_CHECK(evaluate(false));
        if (due)
            TRAINYARD_CHECK(look(false));
        m_report.stepTook(Clock::now() - begin);
        m_report.tell(false);
        if (std::exchange(m_isBest, false) && m_job.config.best.keep)
            TRAINYARD_CHECK(saveCheckpoint("best"));
        if (epochEnds) {
            const std::int64_t every = m_job.config.checkpointEveryEpochs;
            if (every > 0 && m_progress.epoch % every == 0 && !isOver())
                TRAINYARD_CHECK(saveCheckpoint("epoch"));
            return {};
        }
    } while (!isOver());
    return {};
}

Status TrainLoop::trainOneStep()
{
    m_progress.learningRate = m_rate->at(m_progress.step);
    const StepScalars scalars{m_job.config.seed, static_cast<std::uint64_t>(m_progress.step), static_cast<float>(m_progress.learningRate),
                              static_cast<std::int32_t>(m_job.config.batchSize)};
    m_replay.add(scalars.learningRate);
    TRAINYARD_CHECK(m_model->trainStep(m_order->batch(m_stepInEpoch), scalars));
    ++m_stepInEpoch;
    ++m_progress.step;
    if (const auto times = m_model->executable().takeStepTimes())
        m_report.stepTimes(*times);
    return {};
}

Status TrainLoop::takeReports(bool all)
{
    while (m_reportsPending > 0) {
        TRAINYARD_TRY(auto report, m_model->takeTrainingSums(all));
        if (!report)
            return {};
        --m_reportsPending;
        TRAINYARD_CHECK(reportWindow(*report));
        m_lastSums = std::move(report->sums);
    }
    return {};
}

Status TrainLoop::reportWindow(const MetricSums &at)
{
    std::vector<double> window(at.sums.size());
    for (std::size_t i = 0; i < at.sums.size(); ++i)
        window[i] = at.sums[i] - m_windowBase[i];
    m_windowBase = at.sums;
    const double loss = m_model->metricsOf(window).front().value;
    m_progress.trainLoss = loss;
    m_report.pointAt(at.tag, "train/loss", "", loss);
    if (std::isfinite(loss)) {
        m_lastFinite = at.tag;
        return {};
    }
    m_nonFinite = true;
    return fail(ErrorCode::InvalidData, "The loss became {} by step {} in epoch {}.", std::isnan(loss) ? "not a number" : "infinite",
                formatCount(at.tag), m_progress.epoch + 1);
}

Status TrainLoop::handleCommands()
{
    do {
        for (const Command &command : m_mailbox.take(m_paused, m_stop)) {
            switch (command.kind) {
            case CommandKind::Pause:
                if (!m_paused) {
                    m_paused = true;
                    m_progress.state = TrainState::Paused;
                    m_report.announce(EventKind::Paused, EventLevel::Info, fmt::format("Paused at step {}.", formatCount(m_progress.step)));
                }
                break;
            case CommandKind::Resume:
                if (m_paused) {
                    m_paused = false;
                    m_progress.state = TrainState::Running;
                    m_report.announce(EventKind::Resumed, EventLevel::Info, "Training goes on.");
                }
                break;
            case CommandKind::Stop: m_stopping = true; break;
            case CommandKind::SetLearningRate: setLearningRate(command.value); break;
            case CommandKind::SaveCheckpoint: TRAINYARD_CHECK(saveCheckpoint("request")); break;
            case CommandKind::Sample: TRAINYARD_CHECK(sampleNow(command.sampling)); break;
            }
            m_report.tell(true);
        }
        if (m_stop.stop_requested())
            m_stopping = true;
    } while (m_paused && !m_stopping);
    return {};
}

void TrainLoop::setLearningRate(double rate)
{
    if (!(rate > 0) || !std::isfinite(rate)) {
        m_report.announce(EventKind::Warning, EventLevel::Warning,
                          fmt::format("A learning rate of {} cannot be used. It must be above 0 and finite.", rate));
        return;
    }
    m_rate->setByHand(m_progress.step, rate);
    m_progress.learningRate = rate;
    m_report.announce(EventKind::LearningRate, EventLevel::Info,
                      fmt::format("Learning rate set to {} from step {} on{}.", rate, formatCount(m_progress.step),
                                  isScheduled() ? ", and what the schedule does later is scaled by as much" : ""));
}

}  // namespace trainyard
