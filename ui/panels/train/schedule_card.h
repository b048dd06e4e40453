// The learning rate over the whole run, before it starts: schedule, settings and a picture of them.
#pragma once

#include "ui/controls/card.h"
#include "ui/models/project_document.h"

class QLabel;

namespace trainyard::ui {

class FunctionPlot;
class TrainingRows;

class ScheduleCard : public Card
{
    Q_OBJECT
public:
    // document must outlive the card.
    explicit ScheduleCard(ProjectDocument &document, QWidget *parent = nullptr);

    QString note() const;  // what stands under the picture

private:
    void showValues();
    void showCourse();

    ProjectDocument &m_document;
    TrainingRows *m_rows;
    FunctionPlot *m_plot;
    QLabel *m_note;
};

}  // namespace trainyard::ui
