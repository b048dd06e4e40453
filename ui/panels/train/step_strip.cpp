#include "ui/panels/train/step_strip.h"

#include <array>

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "engine/base/format.h"
#include "ui/charts/chart_legend.h"
#include "ui/panels/train/memory_bar.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

struct PartSpec {
    const char *series, *title;
    int slot;
};

constexpr std::array kParts{
    PartSpec{"step/data_wait", QT_TRANSLATE_NOOP("StepStrip", "waiting for data"), 4},
    PartSpec{"step/copy", QT_TRANSLATE_NOOP("StepStrip", "copying"), 5},
    PartSpec{"step/forward", QT_TRANSLATE_NOOP("StepStrip", "forward"), 0},
    PartSpec{"step/backward", QT_TRANSLATE_NOOP("StepStrip", "backward"), 1},
    PartSpec{"step/update", QT_TRANSLATE_NOOP("StepStrip", "optimizer"), 2},
    PartSpec{"step/host_gap", QT_TRANSLATE_NOOP("StepStrip", "idle between steps"), 6},
    PartSpec{"step/evaluation", QT_TRANSLATE_NOOP("StepStrip", "evaluation"), 3},
};
constexpr const char *kEvaluation = "step/evaluation";  // spread over the steps of its epoch; says nothing alone

}  // namespace

std::vector<StepPart> stepParts(const RunCurves &curves)
{
    std::vector<StepPart> parts;
    bool measured = false;
    for (const PartSpec &spec : kParts) {
        const auto found = curves.find(QString::fromLatin1(spec.series));
        if (found == curves.end() || found->second.empty())
            continue;
        parts.push_back({StepStrip::tr(spec.title), spec.slot, found->second.value.back()});
        measured = measured || qstrcmp(spec.series, kEvaluation) != 0;
    }
    return measured ? parts : std::vector<StepPart>();
}

StepStrip::StepStrip(LiveRun &run, QWidget *parent)
    : QFrame(parent), m_total(new QLabel), m_bar(new MemoryBar), m_legend(new ChartLegend)
{
    setProperty("card", true);
    setAccessibleName(tr("Where the time goes"));
    setToolTip(tr("Of a training step, measured on the device now and then without holding it up. The evaluation is spread over the steps of its epoch. "
                  "Copies may run beside the step before, so that the parts can be more than the time a step takes."));
    m_bar->setAccessibleName(tr("Parts of a training step"));
    auto *title = new QLabel(tr("Where the time goes"));
    QFont strong = title->font();
    strong.setWeight(QFont::DemiBold);
    title->setFont(strong);
    m_total->setProperty("muted", true);
    m_total->setObjectName(QStringLiteral("stepTime"));
    auto *line = new QHBoxLayout;
    line->setSpacing(kSpaceM);
    line->addWidget(title);
    line->addWidget(m_bar, 1);
    line->addWidget(m_total);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceM, kSpaceS, kSpaceM, kSpaceS);
    layout->setSpacing(kSpaceXs);
    layout->addLayout(line);
    layout->addWidget(m_legend);
    const auto refresh = [this, &run] { showParts(stepParts(run.curves())); };
    connect(&run, &LiveRun::started, this, refresh);
    connect(&run, &LiveRun::curvesChanged, this, refresh);
    connect(&run, &LiveRun::ended, this, refresh);
    refresh();
}

void StepStrip::showParts(const std::vector<StepPart> &parts)
{
    setVisible(!parts.empty());
    std::vector<MemoryBar::Part> bar;
    std::vector<ChartLegend::Entry> entries;
    double sum = 0;
    for (const StepPart &part : parts)
        sum += part.milliseconds;
    for (const StepPart &part : parts) {
        bar.push_back({part.slot, part.milliseconds});
        const QString time = QString::fromStdString(formatDuration(part.milliseconds / 1000));
        const QString share = sum > 0 ? QStringLiteral(", %1 %").arg(qRound(100 * part.milliseconds / sum)) : QString();
        entries.push_back({part.title, time + share, part.slot});
    }
    m_bar->setParts(std::move(bar));
    m_legend->setEntries(std::move(entries));
    m_total->setText(parts.empty() ? QString() : tr("%1 a step").arg(QString::fromStdString(formatDuration(sum / 1000))));
}

}  // namespace trainyard::ui
