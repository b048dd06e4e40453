// Before the first step: the data, the model, the course of the run, and what a checkpoint brings.
#include <algorithm>

#include "engine/base/format.h"
#include "engine/train/train_loop.h"

namespace trainyard {

namespace {

// The loss curve has at most this many points an epoch and at least one in this many steps. The rhythm follows steps,
// not time, so that the same seed writes the same curve.
constexpr std::int64_t kPointsPerEpoch = 20, kMaxStepsPerPoint = 100;
constexpr std::size_t kMostTold = 10;  // tensors that do not match; the run's record has all

}  // namespace

Status TrainLoop::prepare()
{
    TRAINYARD_TRY(m_job, m_makeJob());
    const TrainingConfig &config = m_job.config;
    m_report.begin(m_job.segment, config.rowsPerStep());
    m_progress.epochs = config.length.unit == LengthUnit::Epochs ? config.epochs : 0;
    m_progress.learningRate = config.optimizer.learningRate;
    m_report.tell(true);
    TRAINYARD_TRY(m_dataset, m_job.loadData());
    TRAINYARD_CHECK(checkTraining(config, static_cast<std::int64_t>(m_dataset.train.size())));
    std::optional<Checkpoint> checkpoint;
    m_settings = deviceSettingsOf(config);
    if (m_job.loadCheckpoint) {
        TRAINYARD_TRY(checkpoint, m_job.loadCheckpoint());
        m_settings.threads = checkpoint->threads;
        m_settings.instructionSet = checkpoint->instructionSet;
        m_settings.choices = checkpoint->kernelChoices;
    }
    TRAINYARD_CHECK(createModel(m_settings));
    TRAINYARD_CHECK(planCourse());
    const DeviceInfo &device = m_model->device();
    if (m_settings.threads == 0)
        m_settings.threads = device.threads;
    if (m_settings.instructionSet.empty())
        m_settings.instructionSet = device.instructionSet;
    if (!checkpoint)
        TRAINYARD_CHECK(startFrom());
    tellFacts();
    if (checkpoint) {
        if (checkpoint->library != device.library)
            m_report.announce(EventKind::Warning, EventLevel::Warning,
                              fmt::format("The checkpoint was made with {}, this is {}: the run goes on, but not to the bit as it would have there.",
                                          checkpoint->library, device.library));
        TRAINYARD_CHECK(restore(*checkpoint));
        m_replay.begin(std::make_shared<const Checkpoint>(std::move(*checkpoint)));
        return lookAgain();
    }
    TRAINYARD_TRY(const auto sums, m_model->trainingSums());
    m_windowBase.assign(sums.size(), 0.0);
    if (!m_startJson.empty()) {  // the stretch that may be run again begins with these weights, not with the seed's
        TRAINYARD_TRY(auto first, makeCheckpoint());
        m_replay.begin(std::move(first));
    }
    return {};
}

// A resumed run has its weights in its checkpoint: only a new one asks where they come from.
Status TrainLoop::startFrom()
{
    const StartFrom &options = m_job.config.startFrom;
    if (!options.isSet())
        return {};
    if (!m_job.openStart)
        return fail(ErrorCode::Internal, "The run is to start from earlier weights, but nobody gave them.");
    TRAINYARD_TRY(const StartSource start, m_job.openStart());
    TRAINYARD_TRY(const StartedWeights started, startModel(*m_model, *m_job.graph, start, options));
    m_startJson = started.recordJson;
    m_report.message(fmt::format("Started from {}: {}", start.what, started.match.summary()));
    for (const std::string &note : started.match.notes)
        m_report.message(note);
    std::size_t told = 0;
    for (const TensorMatch &one : started.match.tensors)
        if (one.state != MatchState::Loaded && ++told <= kMostTold)
            m_report.message(fmt::format("{} starts as the seed says: {}.", one.target.name, one.note()));
    if (told > kMostTold)
        m_report.message(fmt::format("So do {} more tensors.", formatCount(static_cast<std::int64_t>(told - kMostTold))));
    return {};
}

Status TrainLoop::createModel(const DeviceSettings &settings)
{
    auto model = Model::create(*m_job.graph, m_dataset, m_job.config, settings);
    if (!model) {
        Error error = std::move(model.error());
        if (error.code == ErrorCode::OutOfMemory && m_job.adviseOnMemory)
            if (const std::string advice = m_job.adviseOnMemory(dataTypesOf(m_dataset)); !advice.empty())
                error.message += " " + advice;
        return fail(std::move(error));
    }
    m_model.emplace(std::move(*model));
    return {};
}

// How long the run is, what its learning rate will be, and what its evaluations are judged by.
Status TrainLoop::planCourse()
{
    const TrainingConfig &config = m_job.config;
    m_order.emplace(m_dataset.train, config.rowsPerStep(), config.seed);
    const std::int64_t perEpoch = m_order->stepsPerEpoch();
    m_progress.stepsPerEpoch = perEpoch;
    m_progress.steps = totalStepsOf(config, perEpoch);
    if (config.length.unit == LengthUnit::Steps)
        m_progress.epochs = (m_progress.steps + perEpoch - 1) / perEpoch;
    if (config.length.unit == LengthUnit::Minutes)
        m_progress.secondsPlanned = 60 * config.length.minutes;
    m_reportEvery = std::clamp<std::int64_t>(perEpoch / kPointsPerEpoch, 1, kMaxStepsPerPoint);
    m_rate.emplace(config.schedule, config.optimizer.learningRate, perEpoch, m_progress.steps);
    const auto &metrics = m_model->trainProgram().metrics;
    if (!m_rate->metric().empty()) {
        TRAINYARD_TRY(m_rateMetric, findMetric(metrics, m_rate->metric(), "the schedule"));
    }
    TRAINYARD_TRY(m_judge, Judge::create(config.best, config.stopping, metrics));
    m_progress.metricName = m_judge.bestName();
    m_progress.arenaBytes = m_model->executable().allocatedBytes();
    m_progress.device = m_model->device().name;
    return {};
}

void TrainLoop::tellFacts()
{
    const DeviceInfo &device = m_model->device();
    const Executable &executable = m_model->executable();
    const std::int64_t parameters = m_model->trainProgram().parameterCount();
    if (m_job.onPrepared)
        m_job.onPrepared({parameters, m_progress.arenaBytes, executable.dataPlacement(), executable.deviceDataBytes(), device.id, device.uuid,
                          device.name, device.driver, device.library, m_settings.instructionSet, m_job.config.precision, executable.notes(),
                          m_settings.threads, m_judge.bestName(), m_judge.bestIsHigher(), m_startJson});
    m_report.announce(EventKind::Started, EventLevel::Info,
                      fmt::format("{} parameters, {} in the arena, {} on {}{}.", formatCount(parameters), formatBytes(m_progress.arenaBytes),
                                  precisionName(m_job.config.precision), device.name,
                                  device.threads == 0 ? "" : fmt::format(" with {} thread{}", m_settings.threads, m_settings.threads == 1 ? "" : "s")));
    if (executable.dataPlacement() != DataPlacement::Host)
        m_report.message(fmt::format("The data set is {}: it takes {} of the device's memory.",
                                     executable.dataPlacement() == DataPlacement::Resident ? "resident on the device" : "streamed to the device batch by batch",
                                     formatBytes(executable.deviceDataBytes())));
    if (const auto &again = m_model->recomputation())
        m_report.message(fmt::format("Values of {} layer{} are worked out a second time in the backward pass: {} more work, and the arena is {} instead of {}.",
                                     again->layers.size(), again->layers.size() == 1 ? "" : "s", formatPercent(again->extraFlops),
                                     formatBytes(m_progress.arenaBytes), formatBytes(again->arenaBytesWithout)));
    for (const std::string &note : executable.notes())
        m_report.message(note);
}

Status TrainLoop::restore(const Checkpoint &checkpoint)
{
    TRAINYARD_CHECK(m_model->restore(checkpoint.tensors));
    const std::size_t count = checkpoint.metricSums.size() / 2;
    TRAINYARD_CHECK(m_model->setTrainingSums(std::span(checkpoint.metricSums).first(count)));
    m_windowBase.assign(checkpoint.metricSums.begin() + static_cast<std::ptrdiff_t>(count), checkpoint.metricSums.end());
    TRAINYARD_TRY(const auto sums, m_model->trainingSums());
    if (checkpoint.seed != m_job.config.seed || m_windowBase.size() != sums.size()
        || checkpoint.stepInEpoch >= m_order->stepsPerEpoch())
        return fail(ErrorCode::InvalidFile, "The checkpoint belongs to a run with another seed, data set or batch size.");
    m_lastSums = sums;
    m_progress.step = m_lastFinite = checkpoint.step;
    m_progress.epoch = checkpoint.epoch;
    m_stepInEpoch = checkpoint.stepInEpoch;
    m_report.setSecondsBefore(checkpoint.secondsTrained);
    if (checkpoint.rate)
        m_rate->restore(*checkpoint.rate);
    else if (checkpoint.learningRate != m_job.config.optimizer.learningRate)  // of before there were schedules: set by hand
        m_rate->setByHand(checkpoint.step, checkpoint.learningRate);
    m_progress.learningRate = m_rate->at(checkpoint.step);
    JudgeState judged = checkpoint.judge;
    if (m_job.config.stopping.on && judged.waited >= m_job.config.stopping.patience)
        judged.waited = 0;  // the run had ended early; who resumes it wants to see more
    m_judge.restore(judged);
    m_progress.bestMetric = judged.best;
    m_progress.bestStep = judged.bestStep;
    m_report.announce(EventKind::Resumed, EventLevel::Info,
                      fmt::format("Resumed at step {} in epoch {}.", formatCount(m_progress.step), m_progress.epoch + 1));
    return {};
}

}  // namespace trainyard
