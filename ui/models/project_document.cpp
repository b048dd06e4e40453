#include "ui/models/project_document.h"

#include <utility>

#include "engine/graph/block_edits.h"
#include "ui/models/edit_project_command.h"
#include "ui/models/layer_clipboard.h"

namespace trainyard::ui {

ProjectDocument::ProjectDocument(QObject *parent) : QObject(parent)
{
    connect(&m_undo, &QUndoStack::cleanChanged, this, [this](bool clean) { emit modifiedChanged(!clean); });
    analyzeNow();
}

void ProjectDocument::reset(Project project, bool modified)
{
    m_undo.clear();
    emit placeAboutToChange();
    m_project = std::move(project);
    m_signature.reset();
    m_place.clear();
    analyzeNow();
    if (modified)
        m_undo.resetClean();
    emit placeChanged();
    emit graphChanged();
    emit analysisChanged();
    emit dataChanged();
    emit trainingChanged();
    emit nameChanged();
    emit projectReset();
}

void ProjectDocument::setDataSignature(const std::optional<DataSignature> &signature)
{
    m_signature = signature;
    analyzeNow();
    emit analysisChanged();
}

void ProjectDocument::edit(const QString &what, Project changed, int mergeId)
{
    changed.folder = m_project.folder;
    m_undo.push(new EditProjectCommand(*this, what, std::move(changed), mergeId));
}

void ProjectDocument::editGraph(const QString &what, Graph changed, int mergeId)
{
    if (changed == m_project.graph)
        return;
    Project project = m_project;
    project.graph = std::move(changed);
    edit(what, std::move(project), mergeId);
}

void ProjectDocument::editShown(const QString &what, Graph changed, int mergeId)
{
    editGraph(what, withGraphInBlock(m_project.graph, openBlock(), std::move(changed)), mergeId);
}

// Tells steps of one typing session of one thing of the same layers from all others.
int ProjectDocument::mergeIdOf(const QString &what, const std::vector<LayerId> &layers) const
{
    size_t hash = qHash(m_typingSession);
    hash = qHash(what, hash);
    hash = qHash(QString::fromStdString(openBlock()), hash);
    for (const LayerId id : layers)
        hash = qHash(static_cast<qint64>(id), hash);
    return static_cast<int>(hash & 0x7fffffff);
}

void ProjectDocument::apply(const Project &project)
{
    const bool graph = !(project.graph == m_project.graph), data = !(project.data == m_project.data),
               training = !(project.training == m_project.training), name = project.name != m_project.name;
    const auto folder = m_project.folder;
    OpenPlace place = placeIn(project.graph, m_place);
    const bool elsewhere = place != m_place;
    if (elsewhere)
        emit placeAboutToChange();
    m_place = std::move(place);
    m_project = project;
    m_project.folder = folder;  // saving under another name is not undone
    if (graph) {
        analyzeNow();
        if (elsewhere)
            emit placeChanged();
        emit graphChanged();
        emit analysisChanged();
    }
    if (data)
        emit dataChanged();
    if (training)
        emit trainingChanged();
    if (name)
        emit nameChanged();
}

void ProjectDocument::analyzeNow()
{
    m_analysis = analyze(m_project.graph, m_signature);
    m_shownAnalysis = m_place.empty() ? GraphAnalysis() : analysisAt(m_project.graph, m_analysis, m_place);
}

const std::string &ProjectDocument::openBlock() const
{
    static const std::string kNetwork;
    return m_place.empty() ? kNetwork : m_place.back().block;
}

void ProjectDocument::open(const OpenPlace &place)
{
    OpenPlace there = placeIn(m_project.graph, place);
    if (there == m_place)
        return;
    endTyping();
    emit placeAboutToChange();
    m_place = std::move(there);
    analyzeNow();
    emit placeChanged();
}

void ProjectDocument::openBlock(LayerId block)
{
    const Layer *layer = shown().find(block);
    if (!layer || layer->type != kBlockType || !m_project.graph.findBlock(layer->block))
        return;
    OpenPlace inner = m_place;
    inner.push_back({block, layer->block});
    open(inner);
}

void ProjectDocument::leaveBlock()
{
    if (!m_place.empty())
        open({m_place.begin(), m_place.end() - 1});
}

void ProjectDocument::setData(const DataConfig &data, const QString &what)
{
    if (data == m_project.data)
        return;
    Project project = m_project;
    project.data = data;
    edit(what, std::move(project));
}

void ProjectDocument::setTraining(const TrainingConfig &training, const QString &what)
{
    if (training == m_project.training)
        return;
    Project project = m_project;
    project.training = training;
    edit(what, std::move(project));
}

void ProjectDocument::setName(const QString &name)
{
    const QString wanted = name.trimmed();
    if (wanted.isEmpty() || wanted.toStdString() == m_project.name)
        return;
    Project project = m_project;
    project.name = wanted.toStdString();
    edit(tr("Rename project to %1").arg(wanted), std::move(project));
}

}  // namespace trainyard::ui
