// What the network of the live run writes: the samples so far, the settings of the project for them, and a button for one more.
#pragma once

#include "ui/bridge/live_run.h"
#include "ui/controls/card.h"
#include "ui/models/project_document.h"

class QPushButton;

namespace trainyard::ui {

class SampleView;

class SampleCard : public Card
{
    Q_OBJECT
public:
    SampleCard(ProjectDocument &document, LiveRun &run, QWidget *parent = nullptr);  // both must outlive the card

private:
    void showSamples();
    void showButton();

    LiveRun &m_run;
    SampleView *m_view;
    QPushButton *m_now;
    std::size_t m_shown = 0;
};

}  // namespace trainyard::ui
