#include "ui/panels/train/sample_card.h"

#include <QGridLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/charts/sample_view.h"
#include "ui/panels/train/sampling_fields.h"
#include "ui/panels/train/training_rows.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

SampleCard::SampleCard(ProjectDocument &document, LiveRun &run, QWidget *parent)
    : Card(tr("Sample"), parent), m_run(run), m_view(new SampleView), m_now(new QPushButton(tr("Sample now")))
{
    m_view->setEmptyText(tr("What the network writes appears here after the first evaluation."));
    content()->addWidget(m_view, 1);
    m_now->setObjectName(QStringLiteral("sampleNow"));
    m_now->setToolTip(tr("With the settings below, at the next step. The samples after evaluations keep the settings the run began with."));
    addHeadWidget(m_now);

    auto *grid = new QGridLayout;
    grid->setContentsMargins({});
    grid->setHorizontalSpacing(kSpaceM);
    grid->setVerticalSpacing(kSpaceXs);
    grid->setColumnStretch(1, 1);
    content()->addLayout(grid);
    auto *rows = new TrainingRows(document, grid, this);
    for (const TrainingField &field : samplingFields())
        rows->add(field);
    // The card is as narrow as the window leaves it.
    for (QLineEdit *edit : findChildren<QLineEdit *>()) {
        edit->setMinimumWidth(kSettingWidth / 3);
        edit->setMaximumWidth(kSettingWidth);
    }
    if (auto *prompt = findChild<QLineEdit *>(QLatin1String(kPromptField))) {
        prompt->setMaximumWidth(QWIDGETSIZE_MAX);
        prompt->setAlignment(Qt::AlignLeft);
        prompt->setPlaceholderText(tr("the beginning of a line"));
    }
    connect(&document, &ProjectDocument::trainingChanged, rows, &TrainingRows::showValues);
    connect(&document, &ProjectDocument::projectReset, rows, &TrainingRows::showValues);
    rows->showValues();

    connect(m_now, &QPushButton::clicked, this, [this, &document] { m_run.sample(document.training().sampling); });
    connect(&run, &LiveRun::samplesChanged, this, &SampleCard::showSamples);
    connect(&run, &LiveRun::progressChanged, this, &SampleCard::showButton);
    connect(&run, &LiveRun::ended, this, &SampleCard::showButton);
    showSamples();
    showButton();
}

void SampleCard::showSamples()
{
    const auto &samples = m_run.samples();
    if (samples.size() < m_shown) {
        m_shown = 0;
        m_view->setSamples({});
    }
    for (; m_shown < samples.size(); ++m_shown)
        m_view->append(shownSample(samples[m_shown]));
}

void SampleCard::showButton()
{
    const TrainState state = m_run.progress().state;
    m_now->setVisible(m_run.isActive() && (state == TrainState::Running || state == TrainState::Paused));
}

}  // namespace trainyard::ui
