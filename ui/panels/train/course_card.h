// How long a run is, when it is evaluated, whether it ends early and which weights it keeps.
#pragma once

#include "ui/controls/card.h"
#include "ui/models/project_document.h"

namespace trainyard::ui {

class TrainingRows;

class CourseCard : public Card
{
    Q_OBJECT
public:
    // document must outlive the card.
    explicit CourseCard(ProjectDocument &document, QWidget *parent = nullptr);
};

}  // namespace trainyard::ui
