// The training settings of the open project in groups that fold, the most used first and open. Each edit is an undo step, each mistake
// is said under its field, and in the head of a folded group.
#pragma once

#include <QWidget>

#include "ui/bridge/machine.h"
#include "ui/models/project_document.h"

class QLabel;

namespace trainyard::ui {

class ComputeCard;
class OptimizerCard;

class TrainingForm : public QWidget
{
    Q_OBJECT
public:
    // document must outlive the form.
    explicit TrainingForm(ProjectDocument &document, QWidget *parent = nullptr);

    void setRunning(bool running);  // says that edits are for the next run
    void setMachine(const Machine &machine);  // the devices to choose from, once they are known

private:
    QLabel *m_running;
    OptimizerCard *m_optimizer;
    ComputeCard *m_compute;
};

}  // namespace trainyard::ui
