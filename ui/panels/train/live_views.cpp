#include "ui/panels/train/live_views.h"

#include <QVBoxLayout>

#include "engine/train/probe.h"
#include "ui/panels/train/decision_card.h"
#include "ui/panels/train/sample_card.h"

namespace trainyard::ui {

LiveViews::LiveViews(ProjectDocument &document, DataLoader &loader, LiveRun &run, QWidget *parent)
    : QWidget(parent), m_document(document), m_loader(loader), m_sample(new SampleCard(document, run)), m_decision(new DecisionCard(run))
{
    setProperty("plain", true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_sample, 1);
    layout->addWidget(m_decision, 1);
    connect(&loader, &DataLoader::loaded, this, &LiveViews::choose);
    connect(&document, &ProjectDocument::projectReset, this, &LiveViews::choose);
    choose();
}

// A text has its card also while sampling is off: there it is turned on.
void LiveViews::choose()
{
    const auto &types = m_loader.types();
    const bool text = types && types->nextTokens;
    const bool plane = types && probeOf(*types, m_document.training()) == ProbeKind::DecisionGrid;
    m_sample->setVisible(text);
    m_decision->setVisible(plane);
    setVisible(text || plane);
}

}  // namespace trainyard::ui
