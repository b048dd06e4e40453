// What almost every run sets: the optimizer, its learning rate, with a search for one, and the batch size.
#pragma once

#include "ui/panels/train/settings_card.h"

namespace trainyard::ui {

class RateFinder;

class OptimizerCard : public SettingsCard {
    Q_OBJECT
public:
    // document must outlive the card.
    explicit OptimizerCard(ProjectDocument &document, QWidget *parent = nullptr);

    void setRunning(bool running);  // no search meanwhile
    void showValues() override;

protected:
    QString summary() const override;  // always: "AdamW, 0.001, batch 32"
    QString mistake() const override;

private:
    void showWhole();

    QComboBox *m_optimizer;
    RateFinder *m_finder;
    QLabel *m_whole;  // what is wrong with the settings as they are, and is of no one field
};

}  // namespace trainyard::ui
