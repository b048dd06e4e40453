// When the numbers are lost: where that began. The same run gives the same bits, so its last stretch is run again and
// looked into.
#include <algorithm>

#include "engine/base/format.h"
#include "engine/train/train_loop.h"

namespace trainyard {

Error TrainLoop::explainNonFinite(const Error &error)
{
    Error explained = error;
    const std::string where = findNonFinite(explained.node);
    const std::string kept = m_replay.firstStep() > 0 ? fmt::format(" The checkpoint of step {} is good.", formatCount(m_replay.firstStep())) : std::string();
    explained.message += fmt::format("{} Lower the learning rate (now {:.3g}), or look for huge values in the data.{}", where,
                                     m_progress.learningRate, kept);
    return explained;
}

// A sentence with a blank before it; empty where nothing could be found.
std::string TrainLoop::findNonFinite(std::string &layer)
{
    if (!m_replay.isWhole())
        return {};
    const std::int64_t first = m_replay.firstStep();
    const std::int64_t steps = m_progress.step - first;
    m_report.message(fmt::format("Looking for the layer where it began: {} run again from {}.", steps == 1 ? "1 step is" : formatCount(steps) + " steps are",
                                 first > 0 ? fmt::format("the checkpoint of step {}", formatCount(first)) : "the start"));
    m_report.tell(true);
    // The loss of the last good report was finite, but its last step may have spoilt the weights.
    const std::int64_t checkedFrom = std::max(first, m_lastFinite - 1);
    const auto cancelled = [this] { return isAskedToStop(); };
    m_settings.choices = m_model->executable().choices();
    m_model.reset();
    if (!createModel(m_settings))
        return {};
    const auto found = replay(m_replay, *m_model, *m_order, m_job.config, checkedFrom, m_progress.step, cancelled);
    if (!found || !*found)
        return {};
    const ReplayFinding &finding = **found;
    layer = finding.what.layer;
    const std::string op = layer.empty() ? finding.what.op : fmt::format("{} ({})", layer, finding.what.op);
    return fmt::format(" The first {} value came out of {} in the {} of step {}.", finding.what.isNan ? "undefined" : "infinite", op,
                       phaseName(finding.what.phase), formatCount(finding.step + 1));
}

}  // namespace trainyard
