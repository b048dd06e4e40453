// Who is faster: choose two devices, start, and watch them train the open project one after the other.
#pragma once

#include <vector>

#include "ui/bridge/device_race.h"
#include "ui/bridge/machine.h"
#include "ui/controls/card.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace trainyard::ui {

class RaceTracks;

class RacePanel : public Card
{
    Q_OBJECT
public:
    // race must outlive the panel.
    explicit RacePanel(DeviceRace &race, QWidget *parent = nullptr);

    // The devices to choose from; what was chosen stays chosen where it is still there.
    void setMachine(const Machine &machine);
    void startOrCancel();
    void refuse(const QString &reason);  // why it did not start
    QByteArray saveChoice() const;
    void restoreChoice(const QByteArray &choice);

signals:
    void startRequested(const std::vector<trainyard::RaceContestant> &contestants, double seconds);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    struct Choice {
        RaceContestant contestant;
        QString text;
    };
    void fill(QComboBox *box, const RaceContestant &wanted);
    void showRace();
    void showRatio();
    void showButtons();
    QStringList namesShown() const;  // of the race there is, else of the choice

    DeviceRace &m_race;
    std::vector<Choice> m_choices;
    bool m_hasGpu = false;
    QComboBox *m_first, *m_second, *m_seconds;
    QPushButton *m_start, *m_cancel;
    QLabel *m_note, *m_error, *m_ratio, *m_verdict;
    QWidget *m_result;
    RaceTracks *m_tracks;
    QByteArray m_wanted;  // the choice to restore once the devices are known
};

}  // namespace trainyard::ui
