// Beside the curves: what a network makes of samples of our own while it trains. The card that fits the project, or nothing.
#pragma once

#include <QWidget>

#include "ui/bridge/data_loader.h"
#include "ui/bridge/live_run.h"

namespace trainyard::ui {

class LiveViews : public QWidget
{
    Q_OBJECT
public:
    LiveViews(ProjectDocument &document, DataLoader &loader, LiveRun &run, QWidget *parent = nullptr);  // all must outlive it

private:
    void choose();

    ProjectDocument &m_document;
    DataLoader &m_loader;
    QWidget *m_sample, *m_decision;
};

}  // namespace trainyard::ui
