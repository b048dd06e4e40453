// Everything that is open in one window, and the logic between its parts: the project and its files, its data, forecast,
// history, and the run that goes on. No widgets. UI thread.
#pragma once

#include <optional>
#include <vector>

#include <QObject>

#include "engine/api/project.h"
#include "ui/bridge/autosave.h"
#include "ui/bridge/data_loader.h"
#include "ui/bridge/device_monitor.h"
#include "ui/bridge/device_race.h"
#include "ui/bridge/forecaster.h"
#include "ui/bridge/live_run.h"
#include "ui/bridge/project_files.h"
#include "ui/bridge/recent_projects.h"
#include "ui/bridge/run_library.h"
#include "ui/bridge/start_matcher.h"

namespace trainyard::ui {

class Workspace : public QObject
{
    Q_OBJECT
public:
    explicit Workspace(QObject *parent = nullptr);
    ~Workspace() override;

    ProjectDocument &document() { return m_document; }
    ProjectFiles &files() { return m_files; }
    Autosave &autosave() { return m_autosave; }
    RecentProjects &recent() { return m_recent; }
    DataLoader &loader() { return m_loader; }
    Forecaster &forecaster() { return m_forecaster; }
    RunLibrary &library() { return m_library; }
    StartMatcher &startMatcher() { return m_startMatcher; }
    LiveRun &run() { return m_run; }
    DeviceMonitor &monitor() { return m_monitor; }
    DeviceRace &race() { return m_race; }

    // Looks in the background for what the machine and the program offer: recent projects, samples, devices.
    void lookAround();
    const std::vector<Sample> &samples() const { return m_samples; }
    std::vector<DeviceInfo> devices() const { return m_monitor.machine().usable(); }  // empty: not known yet

    // Why no run can start now, for people; empty: it can.
    QString whyNoStart() const;
    // Saves first: a run belongs to a project on the disk. A project without a folder gets one. Says runRefused()
    // where it cannot start.
    void startRun();
    void resumeRun(qint64 runId);
    // Trains the project as it is now, saved or not, on each device for so many seconds; records nothing. Says
    // raceRefused() where it cannot start.
    void startRace(const std::vector<trainyard::RaceContestant> &contestants, double seconds);

signals:
    void samplesFound();
    void devicesFound();
    void raceRefused(const QString &reason);
    void runRefused(const QString &reason);
    void pageRequested(const QString &id);  // a page shows what another one has just set
    void layerRequested(trainyard::LayerId layer, const std::string &block);  // of the Model page, once it was requested

private:
    QString whyNotTrainable() const;  // what is missing in the project; empty: nothing
    void launch(std::optional<std::int64_t> resumeRun);
    void openHistory();

    ProjectDocument m_document;
    ProjectFiles m_files{m_document};
    Autosave m_autosave{m_document, m_files.disk()};
    RecentProjects m_recent;
    DataLoader m_loader{m_document};
    Forecaster m_forecaster{m_document, m_loader};
    RunLibrary m_library;
    StartMatcher m_startMatcher{m_document, m_loader, m_library};
    LiveRun m_run;
    DeviceMonitor m_monitor;
    DeviceRace m_race;
    std::vector<Sample> m_samples;
    std::shared_ptr<StoreThread> m_runStore;  // of the run that goes on: let go off the UI thread
    bool m_starting = false;
};

}  // namespace trainyard::ui
