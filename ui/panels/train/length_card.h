// How long a run is.
#pragma once

#include "ui/panels/train/settings_card.h"

namespace trainyard::ui {

class LengthCard : public SettingsCard {
    Q_OBJECT
public:
    // document must outlive the card.
    explicit LengthCard(ProjectDocument &document, QWidget *parent = nullptr);

protected:
    QString summary() const override;  // always: "30 epochs"
};

}  // namespace trainyard::ui
