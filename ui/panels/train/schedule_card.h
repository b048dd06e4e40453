// The learning rate over the whole run, before it starts: schedule, settings and a picture of them.
#pragma once

#include "ui/panels/train/settings_card.h"

namespace trainyard::ui {

class FunctionPlot;

class ScheduleCard : public SettingsCard {
    Q_OBJECT
public:
    // document must outlive the card.
    explicit ScheduleCard(ProjectDocument &document, QWidget *parent = nullptr);

    QString note() const;  // what stands under the picture
    void showValues() override;

private:
    void showCourse();

    FunctionPlot *m_plot;
    QLabel *m_note;
};

}  // namespace trainyard::ui
