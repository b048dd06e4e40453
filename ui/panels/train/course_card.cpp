#include "ui/panels/train/course_card.h"

#include <QGridLayout>

#include "ui/panels/train/course_fields.h"
#include "ui/panels/train/training_rows.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

CourseCard::CourseCard(ProjectDocument &document, QWidget *parent) : Card(tr("Length and evaluation"), parent)
{
    auto *grid = makeSettingsGrid();
    content()->addLayout(grid);
    auto *rows = new TrainingRows(document, grid, this);
    for (const TrainingField &field : lengthFields())
        rows->add(field);
    for (const TrainingField &field : evaluationFields())
        rows->add(field);
    connect(&document, &ProjectDocument::trainingChanged, rows, &TrainingRows::showValues);
    connect(&document, &ProjectDocument::projectReset, rows, &TrainingRows::showValues);
    connect(&document, &ProjectDocument::analysisChanged, rows, &TrainingRows::showValues);  // the network's metrics, the data's rows
    rows->showValues();
}

}  // namespace trainyard::ui
