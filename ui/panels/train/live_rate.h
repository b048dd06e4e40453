// The learning rate of the run that goes on, changed while it goes on.
#pragma once

#include "ui/bridge/live_run.h"
#include "ui/controls/card.h"

class QLineEdit;
class QPushButton;

namespace trainyard::ui {

// Visible only while a run is active.
class LiveRate : public Card
{
    Q_OBJECT
public:
    // run must outlive the card.
    explicit LiveRate(LiveRun &run, QWidget *parent = nullptr);

private:
    void showRate();
    void send();
    bool read(double &rate) const;

    LiveRun &m_run;
    QLineEdit *m_edit;
    QPushButton *m_set;
    QLabel *m_mistake;
};

}  // namespace trainyard::ui
