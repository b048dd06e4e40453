// The live run of a network of two features: where it draws its borders, under the points of the data.
#pragma once

#include "ui/bridge/live_run.h"
#include "ui/controls/card.h"

namespace trainyard::ui {

class ChartLegend;
class DecisionPlot;

class DecisionCard : public Card
{
    Q_OBJECT
public:
    explicit DecisionCard(LiveRun &run, QWidget *parent = nullptr);  // run must outlive the card

private:
    void showGrid();

    LiveRun &m_run;
    DecisionPlot *m_plot;
    ChartLegend *m_legend;
    QLabel *m_key;
};

}  // namespace trainyard::ui
