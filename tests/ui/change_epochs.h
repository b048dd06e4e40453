// The smallest edit that shows: one step on the undo stack.
#pragma once

#include "ui/models/project_document.h"

namespace trainyard::ui {

inline void changeEpochs(ProjectDocument &document, int epochs)
{
    TrainingConfig training = document.training();
    training.epochs = epochs;
    document.setTraining(training, QStringLiteral("Epochs"));
}

}  // namespace trainyard::ui
