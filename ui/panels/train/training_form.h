// The training settings of the open project, each edit an undo step, each mistake said under its field.
#pragma once

#include <optional>

#include <QWidget>

#include "ui/bridge/machine.h"
#include "ui/models/project_document.h"

class QComboBox;
class QLabel;

namespace trainyard::ui {

class RateFinder;
class TrainingRows;

class TrainingForm : public QWidget
{
    Q_OBJECT
public:
    // document must outlive the form.
    explicit TrainingForm(ProjectDocument &document, QWidget *parent = nullptr);

    void setRunning(bool running);  // says that edits are for the next run
    void setMachine(const Machine &machine);  // the devices to choose from, once they are known

private:
    void showValues();                                                       // the document's values, unless being typed
    void showWhole();  // what is wrong with the settings as they are
    void showDevice();
    void showPrecision(const std::optional<DeviceInfo> &device);
    qint64 trainRows() const;

    ProjectDocument &m_document;
    TrainingRows *m_rows;
    Machine m_machine;
    bool m_onGpu = false;  // a run with these settings would take a GPU
    QComboBox *m_optimizer, *m_device, *m_precision, *m_policy;
    QLabel *m_policyLabel, *m_deviceMistake, *m_precisionMistake, *m_running, *m_whole;
    RateFinder *m_finder;
};

}  // namespace trainyard::ui
