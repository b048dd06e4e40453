#include "ui/bridge/workspace.h"

#include "engine/program/metric_names.h"
#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

// The problem with the name of its layer, where it does not say it itself.
QString textOf(const Problem &problem, const Graph &graph)
{
    const QString message = QString::fromStdString(problem.message);
    const Layer *layer = graph.find(problem.layer);
    const QString name = layer ? QString::fromStdString(layer->name) : QString();
    return message.contains(name) ? message : QStringLiteral("%1: %2").arg(name, message);
}

}  // namespace

Workspace::Workspace(QObject *parent) : QObject(parent)
{
    connect(&m_files, &ProjectFiles::opened, this, &Workspace::openHistory);
    connect(&m_files, &ProjectFiles::saved, this, [this](bool folderChanged) {
        if (folderChanged)
            openHistory();
    });
    connect(&m_run, &LiveRun::runIdKnown, &m_library, &RunLibrary::refresh);
    connect(&m_monitor, &DeviceMonitor::devicesFound, this, &Workspace::devicesFound);
    connect(&m_run, &LiveRun::ended, this, [this] {
        m_library.refresh();
        m_startMatcher.lookAgain();  // its checkpoints are others now
        releaseInBackground(std::move(m_runStore));
    });
}

Workspace::~Workspace()
{
    // A stack that goes says that it is clean: no change of the project, and nobody is left to hear it.
    m_document.undoStack()->disconnect(&m_document);
}

void Workspace::openHistory()
{
    const Project &project = m_document.project();
    if (project.folder.empty()) {
        m_library.open({});
        return;
    }
    m_recent.add(QString::fromStdString(project.folder.string()), QString::fromStdString(project.name));
    m_library.open(project.database());
}

void Workspace::lookAround()
{
    m_recent.refresh();
    inBackground(this, [] { return findSamples(); }, [this](std::vector<Sample> samples) {
        m_samples = std::move(samples);
        emit samplesFound();
    });
    m_monitor.look();
}

QString Workspace::whyNoStart() const
{
    if (!m_files.hasProject())
        return tr("No project is open.");
    if (m_run.isActive() || m_starting)
        return tr("A run is going on already. Stop it first.");
    if (m_race.isActive())
        return tr("A race is going on. Cancel it on the Device page first.");
    const QString reason = whyNotTrainable();
    return reason.isEmpty() && m_startMatcher.isCurrent() ? m_startMatcher.mistake() : reason;
}

QString Workspace::whyNotTrainable() const
{
    if (m_document.graph().layers().empty())
        return tr("The network is empty. Add layers on the Model page.");
    const GraphAnalysis &analysis = m_document.analysis();
    if (!analysis.runnable())
        return analysis.problems.size() == 1 ? textOf(analysis.problems.front(), m_document.graph())
                                             : tr("The network has %1 problems. The first: %2")
                                                   .arg(analysis.problems.size())
                                                   .arg(textOf(analysis.problems.front(), m_document.graph()));
    if (m_document.data().file.empty())
        return tr("There is no data set yet. Choose one on the Data page.");
    if (m_loader.error())
        return QString::fromStdString(m_loader.error()->message);
    const std::int64_t rows = m_document.dataSignature() ? m_document.dataSignature()->trainRows : 0;
    if (const Status fits = checkTraining(m_document.training(), rows); !fits)
        return QString::fromStdString(fits.error().message);
    if (const Status fits = checkMetrics(m_document.graph(), m_document.training().metrics); !fits)
        return QString::fromStdString(fits.error().message);
    return {};
}

void Workspace::startRun()
{
    if (const QString reason = whyNoStart(); !reason.isEmpty()) {
        emit runRefused(reason);
        return;
    }
    launch(std::nullopt);
}

void Workspace::resumeRun(qint64 runId)
{
    if (m_run.isActive() || m_starting || m_race.isActive()) {
        emit runRefused(m_race.isActive() ? tr("A race is going on. Cancel it on the Device page first.")
                                          : tr("A run is going on already. Stop it first."));
        return;
    }
    launch(runId);
}

void Workspace::startRace(const std::vector<RaceContestant> &contestants, double seconds)
{
    const QString reason = !m_files.hasProject()                ? tr("No project is open.")
                           : m_run.isActive() || m_starting ? tr("A run is going on and would slow both down. Stop it first.")
                                                            : whyNotTrainable();
    if (!reason.isEmpty()) {
        emit raceRefused(reason);
        return;
    }
    RaceRequest request;
    request.project = m_document.snapshot();
    request.contestants = contestants;
    request.seconds = seconds;
    m_race.start(std::move(request));
}

void Workspace::launch(std::optional<std::int64_t> resumeRun)
{
    m_starting = true;
    const auto go = [this, resumeRun, project = m_document.snapshot()](bool saved) {
        m_starting = false;
        if (!saved || !m_library.store())
            return;  // saveFailed() has said why
        auto stored = std::make_shared<Project>(*project);
        stored->folder = m_document.project().folder;
        m_runStore = m_library.store();
        m_run.start(std::move(stored), m_runStore, resumeRun);
    };
    if (m_document.isModified() || m_document.project().folder.empty())
        m_files.save(go);
    else
        go(true);
}

}  // namespace trainyard::ui
