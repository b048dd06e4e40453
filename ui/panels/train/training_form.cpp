#include "ui/panels/train/training_form.h"

#include <QLabel>
#include <QVBoxLayout>

#include "ui/controls/card.h"
#include "ui/panels/train/compute_card.h"
#include "ui/panels/train/course_fields.h"
#include "ui/panels/train/length_card.h"
#include "ui/panels/train/optimizer_card.h"
#include "ui/panels/train/schedule_card.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

TrainingForm::TrainingForm(ProjectDocument &document, QWidget *parent)
    : QWidget(parent),
      m_running(mutedLabel(tr("The run goes on with the settings it began with. Changes here are for the next one."))),
      m_optimizer(new OptimizerCard(document)),
      m_compute(new ComputeCard(document))
{
    setProperty("plain", true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(kSpaceS);
    m_running->setContentsMargins(kSpaceM, kSpaceXs, kSpaceM, kSpaceXs);
    m_running->hide();
    layout->addWidget(m_running);
    layout->addWidget(m_optimizer);
    layout->addWidget(new LengthCard(document));

    const auto addFolded = [layout](FoldCard *card) {
        card->setOpen(false);
        layout->addWidget(card);
    };
    const auto addGroup = [&](const char *name, const QString &title, const std::vector<TrainingField> &fields) {
        auto *card = new SettingsCard(document, QLatin1String(name), title);
        card->add(fields);
        addFolded(card);
    };
    addFolded(new ScheduleCard(document));
    addGroup("updateCard", tr("Momentum and decay"), trainingFields(SettingsGroup::Update));
    addGroup("gradientsCard", tr("Gradients"), trainingFields(SettingsGroup::Gradients));
    addGroup("evaluationCard", tr("Evaluation"), evaluationFields());
    addFolded(m_compute);
    addGroup("recordCard", tr("Seed and checkpoints"), trainingFields(SettingsGroup::Record));
}

void TrainingForm::setMachine(const Machine &machine)
{
    m_compute->setMachine(machine);
}

void TrainingForm::setRunning(bool running)
{
    m_running->setVisible(running);
    m_optimizer->setRunning(running);
}

}  // namespace trainyard::ui
