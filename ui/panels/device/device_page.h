// The Device page: who is faster, what was found, and what it is doing right now.
#pragma once

#include <vector>

#include <QList>
#include <QWidget>

#include "ui/bridge/device_monitor.h"
#include "ui/bridge/device_race.h"

class QAction;
class QGridLayout;

namespace trainyard::ui {

class DeviceCard;
class RacePanel;

class DevicePage : public QWidget
{
    Q_OBJECT
public:
    // All must outlive the page.
    DevicePage(DeviceMonitor &monitor, DeviceRace &race, QWidget *parent = nullptr);

    void refuseRace(const QString &reason);  // why it did not start
    QList<QAction *> menuActions() const { return m_actions; }
    QByteArray saveLayout() const;  // the contestants chosen
    void restoreLayout(const QByteArray &layout);

signals:
    void raceRequested(const std::vector<trainyard::RaceContestant> &contestants, double seconds);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void showMachine();
    void arrange();
    void refresh();

    DeviceMonitor &m_monitor;
    RacePanel *m_race;
    QGridLayout *m_grid;
    std::vector<DeviceCard *> m_cards;
    QList<QAction *> m_actions;
    int m_columns = 0;
};

}  // namespace trainyard::ui
