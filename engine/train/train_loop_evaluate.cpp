// Between steps: epochs' ends, evaluations and what they mean, checkpoints, and the test at the end.
#include <cmath>

#include "engine/base/format.h"
#include "engine/train/train_loop.h"

namespace trainyard {

bool TrainLoop::isEvaluationDue(bool epochEnds, std::int64_t epochs) const
{
    const EvaluationConfig &rhythm = m_job.config.evaluation;
    if (rhythm.inSteps)
        return m_progress.step % rhythm.every == 0;
    return epochEnds && epochs % rhythm.every == 0;
}

// The whole epoch's training metrics, and the accumulators back to zero.
Status TrainLoop::finishEpoch()
{
    m_trainingResults = m_model->metricsOf(m_lastSums);
    const double loss = m_trainingResults.front().value;
    m_report.metrics("train", std::span(m_trainingResults).subspan(1));  // the loss has its own, finer curve
    m_report.point("train/epoch_loss", "", loss);
    if (const MetricResult &judged = m_trainingResults[m_judge.bestIndex()]; judged.measured)
        m_progress.trainMetric = judged.value;
    const std::vector<double> zeros(m_lastSums.size(), 0.0);
    TRAINYARD_CHECK(m_model->setTrainingSums(zeros));
    m_windowBase = m_lastSums = zeros;

    if (isEvaluationDue(true, m_progress.epoch + 1))
        TRAINYARD_CHECK(evaluate(true));
    m_report.point("memory/arena", "bytes", static_cast<double>(m_progress.arenaBytes));
    ++m_progress.epoch;
    m_stepInEpoch = 0;
    const bool validated = m_evaluatedAt == m_progress.step && m_progress.validationLoss;
    const auto shown = [](const std::optional<double> &value) { return value ? formatSignificant(*value) : std::string("-"); };
    m_report.announce(EventKind::Epoch, EventLevel::Info,
                      fmt::format("Epoch {}: training loss {}, validation loss {}, {} {}.", m_progress.epoch, formatSignificant(loss),
                                  validated ? formatSignificant(*m_progress.validationLoss) : "-", m_progress.metricName,
                                  shown(validated ? m_progress.validationMetric : m_progress.trainMetric)));
    return {};
}

// On the validation part. Without one the training part is judged, where its results are of this step.
Status TrainLoop::evaluate(bool trainingIsKnown)
{
    m_evaluatedAt = m_progress.step;
    if (m_dataset.validation.empty())
        return trainingIsKnown && !m_trainingResults.empty() ? judge(m_trainingResults) : Status{};
    const auto begin = Clock::now();
    // Programs may share their accumulators: in the middle of an epoch the training's are put back.
    TRAINYARD_TRY(const auto sums, m_model->trainingSums());
    TRAINYARD_TRY(const auto validation, m_model->evaluate(m_dataset.validation));
    TRAINYARD_CHECK(m_model->setTrainingSums(sums));
    const EvaluationConfig &rhythm = m_job.config.evaluation;
    const std::int64_t steps = rhythm.every * (rhythm.inSteps ? 1 : m_progress.stepsPerEpoch);
    m_report.point("step/evaluation", "ms", std::chrono::duration<double, std::milli>(Clock::now() - begin).count() / static_cast<double>(steps));
    m_report.metrics("validation", validation);
    m_progress.validationLoss = validation.front().value;
    m_progress.validationMetric = validation[m_judge.bestIndex()].value;
    if (m_stepInEpoch != m_order->stepsPerEpoch())
        m_report.message(fmt::format("Step {}: validation loss {}, {} {}.", formatCount(m_progress.step), formatSignificant(*m_progress.validationLoss),
                                     m_progress.metricName, formatSignificant(*m_progress.validationMetric)));
    return judge(validation);
}

Status TrainLoop::judge(std::span<const MetricResult> results)
{
    const Judge::Verdict verdict = m_judge.judge(m_progress.step, results);
    if (verdict.isBest) {
        m_isBest = true;
        m_progress.bestMetric = m_judge.state().best;
        m_progress.bestStep = m_judge.state().bestStep;
        m_report.point("best/" + m_progress.metricName, "", *m_progress.bestMetric);
    }
    m_endedEarly = m_endedEarly || verdict.isOver;
    if (m_rate->metric().empty())
        return {};
    const bool higher = m_model->trainProgram().metrics[m_rateMetric].choice.spec->higherIsBetter;
    if (m_rate->observe(m_progress.step, results[m_rateMetric].value, higher))
        m_report.announce(EventKind::LearningRate, EventLevel::Info,
                          fmt::format("{} has not improved: the learning rate is reduced to {:.3g} from step {} on.", results[m_rateMetric].name,
                                      m_rate->at(m_progress.step), formatCount(m_progress.step)));
    return {};
}

// The weights a run ends with are always evaluated, and so is what was trained of an epoch that was cut short.
Status TrainLoop::evaluateEnd()
{
    if (m_evaluatedAt == m_progress.step || m_progress.step == 0)
        return m_model->lookKind() == ProbeKind::DecisionGrid ? look(true) : Status{};  // the last picture may have been left out
    TRAINYARD_CHECK(takeReports(true));
    if (m_stepInEpoch != 0) {
        TRAINYARD_TRY(const auto sums, m_model->trainingSums());
        m_trainingResults = m_model->metricsOf(sums);
        m_report.metrics("train", std::span(m_trainingResults).subspan(1));
        if (const MetricResult &judged = m_trainingResults[m_judge.bestIndex()]; judged.measured)
            m_progress.trainMetric = judged.value;
    }
    TRAINYARD_CHECK(evaluate(true));
    TRAINYARD_CHECK(look(true));
    return std::exchange(m_isBest, false) && m_job.config.best.keep ? saveCheckpoint("best") : Status{};
}

Status TrainLoop::evaluateTest()
{
    if (m_dataset.test.empty())
        return {};
    const BestConfig &config = m_job.config.best;
    std::string which;
    if (config.keep && config.test && m_progress.bestMetric) {
        if (!m_best && m_job.loadBest) {
            TRAINYARD_TRY(auto kept, m_job.loadBest());
            if (kept && kept->step == m_progress.bestStep)
                m_best = std::make_shared<const Checkpoint>(std::move(*kept));
        }
        if (m_best) {
            TRAINYARD_CHECK(m_model->restore(m_best->tensors));
            which = fmt::format(", with the weights of step {}", formatCount(m_best->step));
        } else {
            m_report.announce(EventKind::Warning, EventLevel::Warning,
                              "The best weights of this run are not at hand any more: the test part is evaluated with its last ones.");
        }
    }
    TRAINYARD_TRY(const auto test, m_model->evaluate(m_dataset.test));
    m_report.metrics("test", test);
    m_progress.testLoss = test.front().value;
    m_progress.testMetric = test[m_judge.bestIndex()].value;
    m_report.message(fmt::format("Test part ({} rows{}): loss {}, {} {}.", formatCount(static_cast<std::int64_t>(m_dataset.test.size())), which,
                                 formatSignificant(test.front().value), m_progress.metricName, formatSignificant(*m_progress.testMetric)));
    return {};
}

Status TrainLoop::saveCheckpoint(const char *reason)
{
    const bool best = std::string_view(reason) == "best";
    if (!m_job.saveCheckpoint && !best)
        return {};
    TRAINYARD_TRY(auto checkpoint, makeCheckpoint());
    m_replay.begin(checkpoint);
    if (best)
        m_best = checkpoint;
    if (m_job.saveCheckpoint)
        m_job.saveCheckpoint(std::move(checkpoint), reason);
    return {};
}

// Errors: InvalidData, where the weights are no longer finite: such a checkpoint would push out one that is.
Result<std::shared_ptr<const Checkpoint>> TrainLoop::makeCheckpoint()
{
    TRAINYARD_CHECK(takeReports(true));
    auto checkpoint = std::make_shared<Checkpoint>();
    TRAINYARD_TRY(checkpoint->tensors, m_model->tensors());
    for (const NamedTensor &tensor : checkpoint->tensors.tensors)
        if (bool nan = false; hasNonFinite(tensor.tensor.type.dtype, tensor.tensor.data, nan)) {
            m_nonFinite = true;
            return fail(ErrorCode::InvalidData, "{} became {} by step {} in epoch {}.", tensor.name, nan ? "not a number" : "infinite",
                        formatCount(m_progress.step), m_progress.epoch + 1);
        }
    checkpoint->seed = m_job.config.seed;
    checkpoint->step = m_progress.step;
    checkpoint->epoch = m_progress.epoch;
    checkpoint->stepInEpoch = m_stepInEpoch;
    checkpoint->learningRate = m_progress.learningRate;
    checkpoint->threads = m_settings.threads;
    checkpoint->instructionSet = m_settings.instructionSet;
    checkpoint->library = m_model->device().library;
    checkpoint->kernelChoices = m_model->executable().choices();
    checkpoint->secondsTrained = m_report.secondsTrained();
    checkpoint->judge = m_judge.state();
    checkpoint->rate = m_rate->state();
    TRAINYARD_TRY(checkpoint->metricSums, m_model->trainingSums());
    checkpoint->metricSums.insert(checkpoint->metricSums.end(), m_windowBase.begin(), m_windowBase.end());
    return checkpoint;
}

}  // namespace trainyard
