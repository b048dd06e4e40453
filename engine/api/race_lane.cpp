#include "engine/api/race_lane.h"

#include <algorithm>
#include <chrono>

namespace trainyard {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kWarmUpSteps = 3;  // at least: the first ones build graphs, fill caches and wake clocks
constexpr double kWarmUpShare = 0.1, kLongestWarmUp = 1.0;  // of the race's seconds; in seconds
// A device that takes steps in a queue is waited for now and then, to know how far it is: seldom enough not to hold it up,
// often enough to draw, and to end soon after Cancel.
constexpr double kShortestChunk = 0.02, kLongestChunk = 0.05;
constexpr std::int64_t kMostStepsInChunk = 4096;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

RaceLaneRun::RaceLaneRun(const Project &project, const Dataset &dataset, const RaceRequest &request, JoulesNow joulesNow,
                         RaceLane &lane, std::function<void(bool)> tell)
    : m_project(project), m_dataset(dataset), m_request(request), m_joulesNow(std::move(joulesNow)), m_lane(lane),
      m_tell(std::move(tell)), m_config(project.training)
{
    m_config.device = lane.contestant.device;
    m_config.threads = lane.contestant.threads;
    m_config.precision = lane.contestant.precision;
}

Status RaceLaneRun::run(const std::stop_token &stop)
{
    m_lane.phase = RacePhase::Preparing;
    m_tell(true);
    const auto began = Clock::now();
    TRAINYARD_CHECK(prepare());
    m_lane.prepareSeconds = secondsSince(began);

    m_lane.phase = RacePhase::WarmingUp;
    m_tell(true);
    const auto warmUp = Clock::now();
    TRAINYARD_CHECK(train(stop, std::min(kLongestWarmUp, kWarmUpShare * m_request.seconds), kWarmUpSteps, false));
    m_lane.warmUpSeconds = secondsSince(warmUp);

    if (!stop.stop_requested()) {
        m_lane.phase = RacePhase::Racing;
        TRAINYARD_TRY(m_sums, m_model->trainingSums());
        const auto before = m_joulesNow(*m_lane.device);
        TRAINYARD_CHECK(train(stop, m_request.seconds, 1, true));
        if (const auto after = m_joulesNow(*m_lane.device); before && after && *after >= *before)
            m_lane.joules = *after - *before;
    }
    if (stop.stop_requested()) {
        m_lane.phase = RacePhase::Cancelled;
        return {};
    }
    m_lane.medianRate = median(m_lane.rates);
    m_lane.phase = RacePhase::Finished;
    return {};
}

Status RaceLaneRun::prepare()
{
    TRAINYARD_CHECK(checkTraining(m_config, static_cast<std::int64_t>(m_dataset.train.size())));
    TRAINYARD_TRY(m_model, Model::create(m_project.graph, m_dataset, m_config, deviceSettingsOf(m_config)));
    m_lane.device = m_model->device();
    m_lane.arenaBytes = m_model->allocatedBytes();
    if (m_lane.contestant.threads == 0)
        m_lane.contestant.threads = m_lane.device->threads;
    m_order.emplace(m_dataset.train, m_config.rowsPerStep(), m_config.seed);
    m_order->begin(m_epoch);
    return {};
}

Status RaceLaneRun::step()
{
    if (m_stepInEpoch == m_order->stepsPerEpoch()) {
        m_order->begin(++m_epoch);
        m_stepInEpoch = 0;
    }
    StepScalars scalars;
    scalars.seed = m_config.seed;
    scalars.step = static_cast<std::uint64_t>(m_step++);
    scalars.learningRate = static_cast<float>(m_config.optimizer.learningRate);
    scalars.validRows = static_cast<std::int32_t>(m_config.batchSize);
    return m_model->trainStep(m_order->batch(m_stepInEpoch++), scalars);
}

Status RaceLaneRun::train(const std::stop_token &stop, double seconds, std::int64_t leastSteps, bool counted)
{
    const auto began = Clock::now();
    double now = 0;
    std::int64_t done = 0;
    while (!stop.stop_requested() && (now < seconds || done < leastSteps)) {
        const double before = now;
        std::int64_t steps = 0;
        for (; steps < m_chunk && !stop.stop_requested(); ++steps)
            TRAINYARD_CHECK(step());
        TRAINYARD_CHECK(m_model->executable().finish());
        done += steps;
        now = secondsSince(began);
        if (now - before < kShortestChunk)
            m_chunk = std::min(2 * m_chunk, kMostStepsInChunk);
        else if (now - before > kLongestChunk)
            m_chunk = std::max<std::int64_t>(1, m_chunk / 2);
        if (!counted)
            continue;
        m_lane.steps += steps;
        m_lane.samples += steps * m_config.rowsPerStep();
        m_lane.seconds = now;
        if (now - m_stretchBegan >= m_request.stretchSeconds() || now >= seconds)
            TRAINYARD_CHECK(endStretch(now));
        m_tell(false);
    }
    return {};
}

Status RaceLaneRun::endStretch(double now)
{
    // What is left over at the end is a stretch of its own only where it is long enough to count.
    const double length = now - m_stretchBegan;
    if (!m_lane.rates.empty() && length < 0.5 * m_request.stretchSeconds())
        return {};
    m_lane.rates.push_back(static_cast<double>(m_lane.samples - m_samplesAtStretch) / length);
    m_lane.marks.push_back(m_lane.samples);
    m_stretchBegan = now;
    m_samplesAtStretch = m_lane.samples;
    TRAINYARD_TRY(std::vector<double> sums, m_model->trainingSums());
    std::vector<double> window(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i)
        window[i] = sums[i] - m_sums[i];
    m_sums = std::move(sums);
    m_lane.loss = m_model->metricsOf(window).front().value;
    return {};
}

}  // namespace trainyard
