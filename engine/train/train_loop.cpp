#include "engine/train/train_loop.h"

#include <algorithm>
#include <cmath>

#include "engine/base/format.h"

namespace trainyard {

namespace {

constexpr auto kProgressEvery = std::chrono::milliseconds(100);
constexpr auto kRateEvery = std::chrono::milliseconds(1000);
// The loss curve has at most this many points an epoch and at least one in this many steps. The rhythm follows steps,
// not time, so that the same seed writes the same curve.
constexpr std::int64_t kPointsPerEpoch = 20, kMaxStepsPerPoint = 100;

double seconds(std::chrono::steady_clock::duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

TrainLoop::TrainLoop(const std::function<Result<TrainJob>()> &makeJob, TelemetryHub &hub, TrainMailbox &mailbox,
                     std::stop_token stop)
    : m_makeJob(makeJob), m_hub(hub), m_mailbox(mailbox), m_stop(std::move(stop))
{
}

void TrainLoop::run()
{
    updateProgress(true);
    const Status status = train();
    m_progress.secondsLeft.reset();
    if (!status) {
        m_progress.state = TrainState::Failed;
        m_progress.error = status.error();
        announce(EventKind::Finished, EventLevel::Error, status.error().message);
    } else if (m_stopping) {
        m_progress.state = TrainState::Stopped;
        announce(EventKind::Finished, EventLevel::Info,
                 fmt::format("Stopped at step {} in epoch {}.", formatCount(m_progress.step), m_progress.epoch + 1));
    } else {
        m_progress.state = TrainState::Finished;
        announce(EventKind::Finished, EventLevel::Info, fmt::format("Finished {} epochs.", m_progress.epochs));
    }
    m_model.reset();  // the arena is free before the end is told
    updateProgress(true);
}

Status TrainLoop::train()
{
    TRAINYARD_CHECK(prepare());
    m_progress.state = TrainState::Running;
    updateProgress(true);
    while (!m_stopping && m_progress.epoch < m_progress.epochs)
        TRAINYARD_CHECK(trainEpoch());
    if (m_stopping) {
        m_progress.state = TrainState::Stopping;
        updateProgress(true);
        return saveCheckpoint("stop");
    }
    TRAINYARD_CHECK(evaluateTest());
    return saveCheckpoint("finished");
}

Status TrainLoop::prepare()
{
    TRAINYARD_TRY(m_job, m_makeJob());
    m_progress.epochs = m_job.config.epochs;
    m_progress.learningRate = m_job.config.optimizer.learningRate;
    updateProgress(true);
    TRAINYARD_TRY(m_dataset, m_job.loadData());
    TRAINYARD_CHECK(checkTraining(m_job.config, static_cast<std::int64_t>(m_dataset.train.size())));
    std::optional<Checkpoint> checkpoint;
    m_settings = deviceSettingsOf(m_job.config);
    if (m_job.loadCheckpoint) {
        TRAINYARD_TRY(checkpoint, m_job.loadCheckpoint());
        m_settings.threads = checkpoint->threads;
        m_settings.instructionSet = checkpoint->instructionSet;
        m_settings.choices = checkpoint->kernelChoices;
    }
    TRAINYARD_CHECK(createModel(m_settings));
    m_order.emplace(m_dataset.train, m_job.config.batchSize, m_job.config.seed);
    m_progress.stepsPerEpoch = m_order->stepsPerEpoch();
    m_reportEvery = std::clamp<std::int64_t>(m_progress.stepsPerEpoch / kPointsPerEpoch, 1, kMaxStepsPerPoint);

    const auto &metrics = m_model->trainProgram().metrics;
    m_bestIndex = metrics.size() > 1 ? 1 : 0;
    m_higherIsBetter = metrics[m_bestIndex].kind == MetricKind::Accuracy || metrics[m_bestIndex].kind == MetricKind::R2;
    m_progress.metricName = metrics[m_bestIndex].name;
    m_progress.arenaBytes = m_model->executable().allocatedBytes();
    const DeviceInfo &device = m_model->device();
    m_progress.device = device.name;
    if (m_settings.threads == 0)
        m_settings.threads = device.threads;
    if (m_settings.instructionSet.empty())
        m_settings.instructionSet = device.instructionSet;
    const Executable &executable = m_model->executable();
    if (m_job.onPrepared)
        m_job.onPrepared({m_model->trainProgram().parameterCount(), m_progress.arenaBytes, executable.dataPlacement(),
                          executable.deviceDataBytes(), device.id, device.uuid, device.name, device.driver, device.library,
                          m_settings.instructionSet, m_job.config.precision, executable.notes(), m_settings.threads,
                          m_progress.metricName, m_higherIsBetter});
    announce(EventKind::Started, EventLevel::Info,
             fmt::format("{} parameters, {} in the arena, {} on {}{}.", formatCount(m_model->trainProgram().parameterCount()),
                         formatBytes(m_progress.arenaBytes), precisionName(m_job.config.precision), device.name,
                         device.threads == 0 ? "" : fmt::format(" with {} thread{}", m_settings.threads, m_settings.threads == 1 ? "" : "s")));
    if (executable.dataPlacement() != DataPlacement::Host)
        announce(EventKind::Message, EventLevel::Info,
                 fmt::format("The data set is {}: it takes {} of the device's memory.",
                             executable.dataPlacement() == DataPlacement::Resident ? "resident on the device" : "streamed to the device batch by batch",
                             formatBytes(executable.deviceDataBytes())));
    for (const std::string &note : executable.notes())
        announce(EventKind::Message, EventLevel::Info, note);
    if (checkpoint) {
        if (checkpoint->library != device.library)
            announce(EventKind::Warning, EventLevel::Warning,
                     fmt::format("The checkpoint was made with {}, this is {}: the run goes on, but not to the bit as it would have there.",
                                 checkpoint->library, device.library));
        return restore(*checkpoint);
    }
    TRAINYARD_TRY(const auto sums, m_model->trainingSums());
    m_windowBase.assign(sums.size(), 0.0);
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
    m_progress.step = checkpoint.step;
    m_progress.epoch = checkpoint.epoch;
    m_progress.learningRate = checkpoint.learningRate;
    m_stepInEpoch = checkpoint.stepInEpoch;
    m_progress.bestMetric = m_bestMetric = checkpoint.bestMetric;
    announce(EventKind::Resumed, EventLevel::Info,
             fmt::format("Resumed at step {} in epoch {}.", formatCount(m_progress.step), m_progress.epoch + 1));
    return {};
}

Status TrainLoop::trainEpoch()
{
    m_order->begin(m_progress.epoch);
    while (m_stepInEpoch < m_order->stepsPerEpoch()) {
        TRAINYARD_CHECK(handleCommands());
        if (m_stopping)
            return {};
        const auto begin = Clock::now();
        const StepScalars scalars{m_job.config.seed, static_cast<std::uint64_t>(m_progress.step),
                                  static_cast<float>(m_progress.learningRate),
                                  static_cast<std::int32_t>(m_job.config.batchSize)};
        TRAINYARD_CHECK(m_model->trainStep(m_order->batch(m_stepInEpoch), scalars));
        ++m_stepInEpoch;
        ++m_progress.step;
        ++m_stepsThisStart;
        const bool lastOfEpoch = m_stepInEpoch == m_order->stepsPerEpoch();
        if (m_stepInEpoch % m_reportEvery == 0 || lastOfEpoch) {
            TRAINYARD_CHECK(m_model->requestTrainingSums(m_progress.step));
            ++m_reportsPending;
        }
        TRAINYARD_CHECK(takeReports(lastOfEpoch));
        if (const auto times = m_model->executable().takeStepTimes())
            m_stepTimes.push_back(*times);
        if (lastOfEpoch)
            TRAINYARD_CHECK(finishEpoch(m_lastSums));
        m_active += Clock::now() - begin;
        updateProgress(false);
        if (m_stepInEpoch == 0) {
            const std::int64_t every = m_job.config.checkpointEveryEpochs;
            if (every > 0 && m_progress.epoch % every == 0 && m_progress.epoch < m_progress.epochs)
                TRAINYARD_CHECK(saveCheckpoint("epoch"));
            return {};
        }
    }
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
    publishPointAt(at.tag, "train/loss", "", loss);
    if (!std::isfinite(loss))
        return fail(ErrorCode::InvalidData,
                    "The loss became {} by step {} in epoch {}. Lower the learning rate (now {}), or look for huge values in the data.",
                    std::isnan(loss) ? "not a number" : "infinite", at.tag, m_progress.epoch + 1,
                    m_progress.learningRate);
    return {};
}

// Epoch borders: the whole epoch's training metrics, the validation metrics, and the accumulators back to zero.
Status TrainLoop::finishEpoch(std::span<const double> sums)
{
    const auto training = m_model->metricsOf(sums);
    publishMetrics("train", std::span(training).subspan(1));  // the loss has its own, finer curve
    publishPoint("train/epoch_loss", "", training.front().value);
    m_progress.trainMetric = training[m_bestIndex].value;
    const std::vector<double> zeros(sums.size(), 0.0);
    TRAINYARD_CHECK(m_model->setTrainingSums(zeros));
    m_windowBase = zeros;

    if (!m_dataset.validation.empty()) {
        const auto begin = Clock::now();
        TRAINYARD_TRY(const auto validation, m_model->evaluate(m_dataset.validation));
        publishPoint("step/evaluation", "ms", seconds(Clock::now() - begin) * 1000.0 / static_cast<double>(m_progress.stepsPerEpoch));
        publishMetrics("validation", validation);
        m_progress.validationLoss = validation.front().value;
        m_progress.validationMetric = validation[m_bestIndex].value;
    }
    keepBest();
    publishPoint("memory/arena", "bytes", static_cast<double>(m_progress.arenaBytes));
    publishPoint("train/learning_rate", "", m_progress.learningRate);
    ++m_progress.epoch;
    m_stepInEpoch = 0;
    const auto shown = [](const std::optional<double> &value) { return value ? formatSignificant(*value) : std::string("-"); };
    announce(EventKind::Epoch, EventLevel::Info,
             fmt::format("Epoch {}: training loss {}, validation loss {}, {} {}.", m_progress.epoch,
                         formatSignificant(training.front().value), shown(m_progress.validationLoss), m_progress.metricName,
                         shown(m_progress.validationMetric ? m_progress.validationMetric : m_progress.trainMetric)));
    return {};
}

// Judged on the validation part, or on the training part where there is no other.
void TrainLoop::keepBest()
{
    const auto value = m_progress.validationMetric ? m_progress.validationMetric : m_progress.trainMetric;
    if (!value || !std::isfinite(*value))
        return;
    if (!m_bestMetric || (m_higherIsBetter ? *value > *m_bestMetric : *value < *m_bestMetric)) {
        m_bestMetric = value;
        m_progress.bestMetric = value;
        publishPoint("best/" + m_progress.metricName, "", *value);
    }
}

Status TrainLoop::evaluateTest()
{
    if (m_dataset.test.empty())
        return {};
    TRAINYARD_TRY(const auto test, m_model->evaluate(m_dataset.test));
    publishMetrics("test", test);
    m_progress.testLoss = test.front().value;
    m_progress.testMetric = test[m_bestIndex].value;
    announce(EventKind::Message, EventLevel::Info,
             fmt::format("Test part ({} rows): loss {}, {} {}.", formatCount(static_cast<std::int64_t>(m_dataset.test.size())),
                         formatSignificant(test.front().value), m_progress.metricName, formatSignificant(test[m_bestIndex].value)));
    return {};
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
                    announce(EventKind::Paused, EventLevel::Info, fmt::format("Paused at step {}.", formatCount(m_progress.step)));
                }
                break;
            case CommandKind::Resume:
                if (m_paused) {
                    m_paused = false;
                    m_progress.state = TrainState::Running;
                    announce(EventKind::Resumed, EventLevel::Info, "Training goes on.");
                }
                break;
            case CommandKind::Stop: m_stopping = true; break;
            case CommandKind::SetLearningRate:
                if (command.value > 0 && std::isfinite(command.value)) {
                    m_progress.learningRate = command.value;
                    announce(EventKind::LearningRate, EventLevel::Info,
                             fmt::format("Learning rate set to {} from step {} on.", command.value, formatCount(m_progress.step)));
                } else {
                    announce(EventKind::Warning, EventLevel::Warning,
                             fmt::format("A learning rate of {} cannot be used. It must be above 0 and finite.", command.value));
                }
                break;
            case CommandKind::SaveCheckpoint: TRAINYARD_CHECK(saveCheckpoint("request")); break;
            }
            updateProgress(true);
        }
        if (m_stop.stop_requested())
            m_stopping = true;
    } while (m_paused && !m_stopping);
    return {};
}

Status TrainLoop::saveCheckpoint(const char *reason)
{
    if (!m_job.saveCheckpoint)
        return {};
    TRAINYARD_CHECK(takeReports(true));
    auto checkpoint = std::make_shared<Checkpoint>();
    TRAINYARD_TRY(checkpoint->tensors, m_model->tensors());
    checkpoint->seed = m_job.config.seed;
    checkpoint->step = m_progress.step;
    checkpoint->epoch = m_progress.epoch;
    checkpoint->stepInEpoch = m_stepInEpoch;
    checkpoint->learningRate = m_progress.learningRate;
    checkpoint->threads = m_settings.threads;
    checkpoint->instructionSet = m_settings.instructionSet;
    checkpoint->library = m_model->device().library;
    checkpoint->kernelChoices = m_model->executable().choices();
    checkpoint->bestMetric = m_bestMetric;
    TRAINYARD_TRY(checkpoint->metricSums, m_model->trainingSums());
    checkpoint->metricSums.insert(checkpoint->metricSums.end(), m_windowBase.begin(), m_windowBase.end());
    m_job.saveCheckpoint(std::move(checkpoint), reason);
    return {};
}

void TrainLoop::announce(EventKind kind, EventLevel level, std::string text)
{
    m_hub.publish(RunEvent{kind, level, m_progress.step, m_progress.epoch, wallClockMs(), std::move(text)});
}

void TrainLoop::publishPoint(const std::string &series, const char *unit, double value)
{
    publishPointAt(m_progress.step, series, unit, value);
}

void TrainLoop::publishPointAt(std::int64_t step, const std::string &series, const char *unit, double value)
{
    m_hub.publish(Point{m_hub.declare({series, unit}), m_job.segment, step, wallClockMs(), value});
}

// The means of the steps measured since the last time; what was never measured has no series.
void TrainLoop::publishStepTimes()
{
    constexpr struct {
        const char *series;
        std::optional<double> StepTimes::*time;
    } kParts[] = {{"step/data_wait", &StepTimes::dataWaitMs}, {"step/copy", &StepTimes::copyMs},
                  {"step/forward", &StepTimes::forwardMs},    {"step/backward", &StepTimes::backwardMs},
                  {"step/update", &StepTimes::updateMs},      {"step/host_gap", &StepTimes::hostGapMs}};
    for (const auto &part : kParts) {
        double sum = 0;
        std::int64_t count = 0;
        for (const StepTimes &times : m_stepTimes)
            if (const auto &milliseconds = times.*part.time) {
                sum += *milliseconds;
                ++count;
            }
        if (count > 0)
            publishPoint(part.series, "ms", sum / static_cast<double>(count));
    }
    m_stepTimes.clear();
}

void TrainLoop::publishMetrics(const char *part, std::span<const MetricResult> metrics)
{
    for (const MetricResult &metric : metrics)
        publishPoint(fmt::format("{}/{}", part, metric.name), "", metric.value);
}

void TrainLoop::updateProgress(bool force)
{
    const auto now = Clock::now();
    if (!force && now - m_lastProgress < kProgressEvery)
        return;
    m_lastProgress = now;
    if (m_active - m_activeAtRate >= kRateEvery || (!m_progress.samplesPerSecond && m_active > kProgressEvery)) {
        m_progress.samplesPerSecond = static_cast<double>((m_stepsThisStart - m_stepsAtRate) * m_job.config.batchSize)
                                      / seconds(m_active - m_activeAtRate);
        m_activeAtRate = m_active;
        m_stepsAtRate = m_stepsThisStart;
        publishPoint("throughput/samples", "samples/s", *m_progress.samplesPerSecond);
        publishStepTimes();
    }
    if (m_stepsThisStart > 0 && !m_progress.ended()) {
        const std::int64_t left = m_progress.epochs * m_progress.stepsPerEpoch - m_progress.step;
        m_progress.secondsLeft = seconds(m_active) / static_cast<double>(m_stepsThisStart) * static_cast<double>(left);
    }
    m_mailbox.setProgress(m_progress);
}

}  // namespace trainyard
