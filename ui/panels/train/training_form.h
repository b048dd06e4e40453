// The training settings of the open project, each edit an undo step, each mistake said under its field.
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "ui/bridge/machine.h"
#include "ui/models/project_document.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;

namespace trainyard::ui {

struct TrainingField;

class TrainingForm : public QWidget
{
    Q_OBJECT
public:
    // document must outlive the form.
    explicit TrainingForm(ProjectDocument &document, QWidget *parent = nullptr);

    void setRunning(bool running);  // says that edits are for the next run
    void setMachine(const Machine &machine);  // the devices to choose from, once they are known

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;  // Escape takes a text back

private:
    struct Row {
        const TrainingField *field = nullptr;
        QLabel *label = nullptr, *message = nullptr;
        QLineEdit *edit = nullptr;      // one of these two
        QCheckBox *check = nullptr;
    };
    void addRow(QGridLayout *grid, const TrainingField &field);
    void showValues();                                                       // the document's values, unless being typed
    QString mistakeIn(const Row &row, const QString &text, TrainingConfig &tried) const;  // empty: none
    void judge(const Row &row, const QString &text);                   // while typing
    void commit(const Row &row, const QString &text);
    void showMistake(const Row &row, const QString &mistake);
    void showWhole();  // what is wrong with the settings as they are
    void showDevice();
    void showPrecision(const std::optional<DeviceInfo> &device);
    qint64 trainRows() const;

    ProjectDocument &m_document;
    std::vector<Row> m_rows;
    Machine m_machine;
    bool m_onGpu = false;  // a run with these settings would take a GPU
    QComboBox *m_optimizer, *m_device, *m_precision, *m_policy;
    QLabel *m_policyLabel, *m_deviceMistake, *m_precisionMistake, *m_running, *m_whole;
};

}  // namespace trainyard::ui
