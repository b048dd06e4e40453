// The run that goes on in this window, or went on last: commands in, progress, curves and events out. The only code of
// the desktop that touches a RunSession. UI thread; never waits for the engine, the disk or the database.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QObject>
#include <QTimer>

#include "engine/api/run_session.h"
#include "ui/models/run_curves.h"

namespace trainyard::ui {

class LiveRun : public QObject
{
    Q_OBJECT
public:
    explicit LiveRun(QObject *parent = nullptr);
    ~LiveRun() override;  // stops at a step edge and waits: only where nobody waited for ended() before

    // From start() until the last checkpoint and the last point are written.
    bool isActive() const { return m_session != nullptr; }
    bool hasRun() const { return m_hasRun; }                   // there is one to show, live or ended
    const TrainProgress &progress() const { return m_progress; }  // of the last look; default before the first run
    qint64 runId() const { return m_runId; }                   // 0: not in the history yet
    const QString &projectName() const { return m_projectName; }
    const RunCurves &curves() const { return m_curves; }        // everything measured since start()
    const std::vector<RunEvent> &events() const { return m_events; }

    // project must have been saved (its folder is set). Ignored while a run is active. resumeRun: go on with that run.
    void start(std::shared_ptr<const Project> project, std::shared_ptr<StoreThread> store,
               std::optional<std::int64_t> resumeRun = std::nullopt);
    void pause();
    void resume();
    void stop();
    void setLearningRate(double rate);
    void saveCheckpoint();
    void sample(const SamplingConfig &settings);  // the network writes something now

    const std::vector<TextSample> &samples() const { return m_samples; }  // of a network that learns a text, since start()
    std::shared_ptr<const DecisionGrid> decisionGrid() const { return m_grid; }  // of one of two features; null: none yet

signals:
    void started();
    void progressChanged();
    void curvesChanged();  // at most 30 times a second, when points arrived
    void eventArrived(const trainyard::RunEvent &event);
    void runIdKnown(qint64 runId);
    void samplesChanged();       // some were added, or start() has emptied them
    void decisionGridChanged();
    void ended();  // isActive() is false, progress() is the last

private:
    void look();

    std::unique_ptr<RunSession> m_session;
    std::shared_ptr<Subscription> m_subscription;
    std::vector<SeriesInfo> m_series;
    std::vector<Point> m_points;  // kept to spare the allocation at every look
    std::vector<RunEvent> m_newEvents, m_events;
    RunCurves m_curves;
    TrainProgress m_progress;
    std::vector<TextSample> m_samples;
    std::shared_ptr<const DecisionGrid> m_grid;
    QString m_projectName;
    qint64 m_runId = 0;
    bool m_hasRun = false;
    QTimer m_timer;
};

}  // namespace trainyard::ui
