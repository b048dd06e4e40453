// Looks at the network between steps: what it writes, and where it draws its borders. They read weights and change nothing.
#include "engine/base/format.h"
#include "engine/train/train_loop.h"

namespace trainyard {

namespace {

// A picture is for the eye: more a second than it follows are wasted, and they may take no more than this share of the time.
constexpr auto kBetweenPictures = std::chrono::milliseconds(40);
constexpr int kPictureShare = 10;  // one part in so many

}  // namespace

// Samples belong to the run's record and follow its evaluations; pictures follow the clock. last: the run's last evaluation.
Status TrainLoop::look(bool last)
{
    const auto kind = m_model->lookKind();
    if (kind == ProbeKind::TextSample)
        return writeSample(m_job.config.sampling);
    if (kind == ProbeKind::DecisionGrid && m_job.drawDecisions)
        return drawDecisions(last);
    return {};
}

// A stop may have come while the sample of the checkpoint's step was written.
Status TrainLoop::lookAgain()
{
    return isEvaluationDue(m_stepInEpoch == 0, m_progress.epoch) && m_progress.step > 0 ? look(false) : Status{};
}

Status TrainLoop::writeSample(const SamplingConfig &settings)
{
    const auto cancelled = [this] { return isAskedToStop(); };
    TRAINYARD_TRY(TextSample sample, sampleText(*m_model, m_dataset, settings, cancelled));
    if (cancelled())
        return {};  // a part of one would not be what a run without the interruption has
    sample.step = m_progress.step;
    sample.epoch = m_progress.epoch + (m_stepInEpoch == m_order->stepsPerEpoch() ? 1 : 0);
    if (!sample.skipped.empty() && std::exchange(m_skippedTold, sample.skipped) != sample.skipped)
        m_report.announce(EventKind::Warning, EventLevel::Warning,
                          fmt::format("The text has no \"{}\": samples are written as if the prompt did not have it either.", sample.skipped));
    if (m_job.onSample)
        m_job.onSample(sample);
    m_mailbox.addSample(std::move(sample));
    return {};
}

Status TrainLoop::drawDecisions(bool last)
{
    const auto begin = Clock::now();
    if (!last && m_pictureTook && begin - m_pictureAt < std::max<Clock::duration>(kBetweenPictures, kPictureShare * *m_pictureTook))
        return {};
    if (!m_points)
        m_points = planePoints(m_dataset);
    TRAINYARD_TRY(DecisionGrid grid, decisionGrid(*m_model, m_dataset, m_points));
    grid.step = m_progress.step;
    m_pictureAt = Clock::now();
    m_pictureTook = m_pictureAt - begin;
    m_mailbox.setPicture(std::make_shared<const DecisionGrid>(std::move(grid)));
    return {};
}

// Asked for by a person.
Status TrainLoop::sampleNow(const SamplingConfig &settings)
{
    if (m_model->lookKind() == ProbeKind::TextSample)
        return writeSample(settings);
    m_report.announce(EventKind::Warning, EventLevel::Warning,
                      "This run writes no samples: its network learns no text, or sampling was off when it began.");
    return {};
}

}  // namespace trainyard
