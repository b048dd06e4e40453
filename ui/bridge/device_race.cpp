#include "ui/bridge/device_race.h"

#include <chrono>
#include <utility>

#include "engine/base/format.h"
#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kLookEvery = 33ms;

}  // namespace

DeviceRace::DeviceRace(QObject *parent) : QObject(parent)
{
    m_timer.setInterval(kLookEvery);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &DeviceRace::look);
}

DeviceRace::~DeviceRace()
{
    if (m_race)
        m_race->cancel();
    releaseInBackground(std::move(m_race));
}

void DeviceRace::start(RaceRequest request)
{
    if (isActive())
        return;
    m_subject = tr("%1, batches of %2")
                    .arg(QString::fromStdString(request.project->name), QString::fromStdString(formatCount(request.project->training.batchSize)));
    m_race = std::make_shared<Race>(std::move(request), nullptr);
    m_state = m_race->state();
    m_timer.start();
    emit started();
    emit changed();
}

void DeviceRace::cancel()
{
    if (m_race)
        m_race->cancel();
}

void DeviceRace::look()
{
    RaceState state = m_race->state();
    const bool over = state.ended;
    if (over) {
        m_timer.stop();
        releaseInBackground(std::exchange(m_race, nullptr));
    }
    setState(std::move(state), m_subject);
    if (over)
        emit ended();
}

void DeviceRace::setState(RaceState state, const QString &subject)
{
    m_state = std::move(state);
    m_subject = subject;
    emit changed();
}

}  // namespace trainyard::ui
