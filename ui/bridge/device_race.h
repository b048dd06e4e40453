// A race between devices, for the window: started, watched and cancelled without waiting. UI thread.
#pragma once

#include <memory>
#include <vector>

#include <QObject>
#include <QString>
#include <QTimer>

#include "engine/api/race.h"

namespace trainyard::ui {

class DeviceRace : public QObject
{
    Q_OBJECT
public:
    explicit DeviceRace(QObject *parent = nullptr);
    ~DeviceRace() override;  // cancels; another thread does the waiting

    bool isActive() const { return m_race != nullptr; }
    bool hasRaced() const { return !m_state.lanes.empty(); }  // there is something to show
    const RaceState &state() const { return m_state; }         // of the last look
    // What is trained: "digits-cnn, batches of 64".
    const QString &subject() const { return m_subject; }

    // Ignored while a race goes on.
    void start(RaceRequest request);
    void cancel();

signals:
    void started();
    void changed();  // state() is new, about 30 times a second while a race goes on
    void ended();    // isActive() is false, state() is the last

protected:
    void setState(RaceState state, const QString &subject);  // what look() finds; tests show states of their own

private:
    void look();

    std::shared_ptr<Race> m_race;
    RaceState m_state;
    QString m_subject;
    QTimer m_timer;
};

}  // namespace trainyard::ui
