// Where and in which numbers a run computes, and what memory it may take there.
#pragma once

#include <optional>

#include "ui/bridge/machine.h"
#include "ui/panels/train/settings_card.h"

namespace trainyard::ui {

class ComputeCard : public SettingsCard {
    Q_OBJECT
public:
    // document must outlive the card.
    explicit ComputeCard(ProjectDocument &document, QWidget *parent = nullptr);

    void setMachine(const Machine &machine);  // the devices to choose from, once they are known
    void showValues() override;

protected:
    QString summary() const override;
    QString mistake() const override;

private:
    void connectBoxes();
    void showDevice();
    void showPrecision(const std::optional<DeviceInfo> &device);

    Machine m_machine;
    bool m_onGpu = false;  // a run with these settings would take a GPU
    QComboBox *m_device, *m_precision, *m_policy;
    QLabel *m_policyLabel, *m_deviceMistake, *m_precisionMistake;
};

}  // namespace trainyard::ui
