#include "ui/models/project_document.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "ui/models/auto_layout.h"
#include "ui/models/edit_project_command.h"

namespace trainyard::ui {

namespace {

using Json = nlohmann::ordered_json;

constexpr QPointF kPasteOffset{24, 24};

QString titleOf(const std::string &type)
{
    const LayerSpec *spec = findLayer(type);
    return QString::fromStdString(spec ? spec->title : type);
}

QString nameOf(const Graph &graph, LayerId id)
{
    const Layer *layer = graph.find(id);
    return QString::fromStdString(layer ? layer->name : std::string());
}

void moveTo(Graph &graph, LayerId id, QPointF position)
{
    if (Layer *layer = graph.edit(id)) {
        layer->x = position.x();
        layer->y = position.y();
    }
}

// Puts a layer that has no wires yet between the two ends of one. Where it cannot stand there, since it takes no input or
// gives no output, the wire stays and the layer is linked above only, if that is possible.
void putOnWire(Graph &graph, LayerId id, const Wire &wire)
{
    if (id == wire.from || id == wire.to)
        return;
    Graph between = graph;
    between.disconnect(wire);
    if (between.connect({wire.from, id, 0}) && between.connect({id, wire.to, wire.port}))
        graph = std::move(between);
    else
        (void)graph.connect({wire.from, id, 0});
}

Status connectInstead(Graph &graph, Wire wire, const std::optional<Wire> &instead)
{
    if (instead) {
        const Layer *to = graph.find(instead->to);
        const LayerSpec *spec = to ? findLayer(to->type) : nullptr;
        graph.disconnect(*instead);
        // Of a layer of any number of inputs the later ones have moved down.
        if (spec && spec->maxInputs > spec->minInputs && instead->to == wire.to && wire.port > instead->port)
            --wire.port;
    }
    return graph.connect(wire);
}

// "dense_2" -> "dense": what a fresh name is made of, so that copies of copies do not grow tails.
std::string stemOf(const std::string &name)
{
    const auto tail = name.find_last_not_of("0123456789");
    const bool numbered = tail != std::string::npos && tail > 0 && tail + 1 < name.size() && name[tail] == '_';
    return numbered ? name.substr(0, tail) : name;
}

// Where copies of these layers go: a little lower to the right, and further while they would cover others exactly.
QPointF freeOffset(const Graph &graph, const Layer &first)
{
    QPointF offset = kPasteOffset;
    const auto taken = [&](const Layer &layer) { return QPointF(layer.x, layer.y) == QPointF(first.x, first.y) + offset; };
    while (std::any_of(graph.layers().begin(), graph.layers().end(), taken))
        offset += kPasteOffset;
    return offset;
}

std::optional<Json> layersOf(const QByteArray &text)
{
    Json json = Json::parse(text.constData(), text.constData() + text.size(), nullptr, false);
    if (!json.is_object() || !json.contains("graph"))
        return std::nullopt;
    const auto mark = json.find("trainyard");
    if (mark == json.end() || *mark != "layers")
        return std::nullopt;
    return json;
}

}  // namespace

ProjectDocument::ProjectDocument(QObject *parent) : QObject(parent)
{
    connect(&m_undo, &QUndoStack::cleanChanged, this, [this](bool clean) { emit modifiedChanged(!clean); });
    analyzeNow();
}

void ProjectDocument::reset(Project project, bool modified)
{
    m_undo.clear();
    m_project = std::move(project);
    m_signature.reset();
    analyzeNow();
    if (modified)
        m_undo.resetClean();
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

// Tells steps of one typing session of one thing of the same layers from all others.
int ProjectDocument::mergeIdOf(const QString &what, const std::vector<LayerId> &layers) const
{
    size_t hash = qHash(m_typingSession);
    hash = qHash(what, hash);
    for (const LayerId id : layers)
        hash = qHash(static_cast<qint64>(id), hash);
    return static_cast<int>(hash & 0x7fffffff);
}

void ProjectDocument::apply(const Project &project)
{
    const bool graph = !(project.graph == m_project.graph), data = !(project.data == m_project.data),
               training = !(project.training == m_project.training), name = project.name != m_project.name;
    const auto folder = m_project.folder;
    m_project = project;
    m_project.folder = folder;  // saving under another name is not undone
    if (graph) {
        analyzeNow();
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
}

LayerId ProjectDocument::addLayer(const std::string &type, QPointF position)
{
    Graph graph = m_project.graph;
    const LayerId id = graph.add(type, position.x(), position.y());
    editGraph(tr("Add %1").arg(titleOf(type)), std::move(graph));
    return id;
}

LayerId ProjectDocument::addLayerOnWire(const std::string &type, const Wire &wire, QPointF position)
{
    Graph graph = m_project.graph;
    const LayerId id = graph.add(type, position.x(), position.y());
    putOnWire(graph, id, wire);
    editGraph(tr("Insert %1").arg(titleOf(type)), std::move(graph));
    return id;
}

LayerId ProjectDocument::addLayerBelow(const std::string &type, LayerId above, QPointF position)
{
    Graph graph = m_project.graph;
    const LayerId id = graph.add(type, position.x(), position.y());
    (void)graph.connect({above, id, 0});  // one that cannot be linked is added all the same
    editGraph(tr("Add %1 below %2").arg(titleOf(type), nameOf(m_project.graph, above)), std::move(graph));
    return id;
}

void ProjectDocument::insertOnWire(LayerId layer, const Wire &wire, QPointF position)
{
    Graph graph = m_project.graph;
    moveTo(graph, layer, position);
    putOnWire(graph, layer, wire);
    editGraph(tr("Insert %1").arg(nameOf(m_project.graph, layer)), std::move(graph));
}

void ProjectDocument::remove(const std::vector<LayerId> &layers, const std::vector<Wire> &wires)
{
    Graph graph = m_project.graph;
    // Last port first: a layer of any number of inputs moves the later ones down when one goes.
    std::vector<Wire> lastFirst = wires;
    std::sort(lastFirst.begin(), lastFirst.end(), [](const Wire &a, const Wire &b) { return a.port > b.port; });
    for (const Wire &wire : lastFirst)
        graph.disconnect(wire);
    for (const LayerId id : layers)
        graph.remove(id);
    const QString what = layers.empty()       ? wires.size() == 1 ? tr("Delete wire") : tr("Delete %1 wires").arg(wires.size())
                         : layers.size() == 1 ? tr("Delete %1").arg(nameOf(m_project.graph, layers.front()))
                                              : tr("Delete %1 layers").arg(layers.size());
    editGraph(what, std::move(graph));
}

Status ProjectDocument::canConnect(const Wire &wire, const std::optional<Wire> &instead) const
{
    // A wire that makes its end a broken layer is refused with that layer's own message: but only where the layer has
    // all the inputs it needs, since the others may still come.
    Graph graph = m_project.graph;
    TRAINYARD_CHECK(connectInstead(graph, wire, instead));
    const Layer *to = graph.find(wire.to);
    const LayerSpec *spec = to ? findLayer(to->type) : nullptr;
    if (!spec || static_cast<int>(graph.wiresInto(wire.to).size()) < spec->minInputs)
        return {};
    const GraphAnalysis after = analyze(graph, m_signature);
    const auto facts = after.layers.find(wire.to);
    if (facts == after.layers.end() || !facts->second.broken)
        return {};
    const auto problem = std::find_if(after.problems.begin(), after.problems.end(),
                                      [&](const Problem &found) { return found.layer == wire.to; });
    if (problem != after.problems.end() && !problem->fix)
        return fail(ErrorCode::InvalidGraph, "{}", problem->message);
    return {};
}

Status ProjectDocument::connectWire(const Wire &wire, const std::optional<Wire> &instead)
{
    Graph graph = m_project.graph;
    TRAINYARD_CHECK(connectInstead(graph, wire, instead));
    editGraph(tr("Connect %1 to %2").arg(nameOf(m_project.graph, wire.from), nameOf(m_project.graph, wire.to)), std::move(graph));
    return {};
}

void ProjectDocument::disconnectWire(const Wire &wire)
{
    remove({}, {wire});
}

void ProjectDocument::moveLayers(const std::map<LayerId, QPointF> &positions, bool continued)
{
    Graph graph = m_project.graph;
    std::vector<LayerId> moved;
    for (const auto &[id, position] : positions) {
        moveTo(graph, id, position);
        moved.push_back(id);
    }
    editGraph(positions.size() == 1 ? tr("Move %1").arg(nameOf(m_project.graph, positions.begin()->first))
                                    : tr("Move %1 layers").arg(positions.size()),
              std::move(graph), continued ? mergeIdOf(QStringLiteral("position"), moved) : -1);
}

void ProjectDocument::rename(LayerId layer, const std::string &name)
{
    Graph graph = m_project.graph;
    Layer *edited = graph.edit(layer);
    const std::string wanted = QString::fromStdString(name).trimmed().toStdString();
    if (!edited || wanted.empty() || edited->name == wanted)
        return;
    edited->name.clear();  // its own old name is no obstacle
    edited->name = graph.freshName(wanted);
    const QString what = tr("Rename %1 to %2").arg(nameOf(m_project.graph, layer), QString::fromStdString(edited->name));
    editGraph(what, std::move(graph));
}

void ProjectDocument::setParameter(const std::vector<LayerId> &layers, const std::string &key, const ParameterValue &value)
{
    Graph graph = m_project.graph;
    QString label = QString::fromStdString(key);
    for (const LayerId id : layers) {
        Layer *layer = graph.edit(id);
        const LayerSpec *spec = layer ? findLayer(layer->type) : nullptr;
        if (!spec)
            continue;
        for (const ParameterSpec &parameter : spec->parameters)
            if (parameter.key == key) {
                label = QString::fromStdString(parameter.label);
                if (settingsOf(*spec, *layer).value(key) != value)  // its default, not set, is no change either
                    layer->parameters[key] = value;
            }
    }
    const QString what = layers.size() == 1 ? tr("%1 of %2").arg(label, nameOf(graph, layers.front()))
                                            : tr("%1 of %2 layers").arg(label).arg(layers.size());
    editGraph(what, std::move(graph), mergeIdOf(QString::fromStdString(key), layers));
}

void ProjectDocument::setDevice(const std::vector<LayerId> &layers, const std::string &device)
{
    Graph graph = m_project.graph;
    for (const LayerId id : layers)
        if (Layer *layer = graph.edit(id))
            layer->device = device;
    const QString what = layers.size() == 1 ? tr("Device of %1").arg(nameOf(graph, layers.front())) : tr("Device of %1 layers").arg(layers.size());
    editGraph(what, std::move(graph));
}

void ProjectDocument::setFrozen(const std::vector<LayerId> &layers, bool frozen)
{
    Graph graph = m_project.graph;
    for (const LayerId id : layers)
        if (Layer *layer = graph.edit(id))
            layer->frozen = frozen;
    const QString what = layers.size() == 1 ? nameOf(graph, layers.front()) : tr("%1 layers").arg(layers.size());
    editGraph((frozen ? tr("Freeze %1") : tr("Unfreeze %1")).arg(what), std::move(graph));
}

void ProjectDocument::setLearningRateFactor(const std::vector<LayerId> &layers, double factor)
{
    Graph graph = m_project.graph;
    for (const LayerId id : layers)
        if (Layer *layer = graph.edit(id))
            layer->learningRateFactor = factor;
    const QString what = layers.size() == 1 ? tr("Rate factor of %1").arg(nameOf(graph, layers.front())) : tr("Rate factor of %1 layers").arg(layers.size());
    editGraph(what, std::move(graph), mergeIdOf(QString::fromLatin1(kRateFactorKey), layers));
}

void ProjectDocument::applyFix(const Fix &fix)
{
    Graph graph = m_project.graph;
    trainyard::applyFix(graph, fix);
    editGraph(QString::fromStdString(fix.label), std::move(graph));
}

void ProjectDocument::autoLayout()
{
    Graph graph = m_project.graph;
    for (const auto &[id, position] : ui::autoLayout(graph))
        moveTo(graph, id, position);
    editGraph(tr("Arrange layers"), std::move(graph));
}

QByteArray ProjectDocument::copy(const std::vector<LayerId> &layers) const
{
    Graph part = m_project.graph;
    for (const Layer &layer : m_project.graph.layers())
        if (std::find(layers.begin(), layers.end(), layer.id) == layers.end())
            part.remove(layer.id);
    if (part.layers().empty())
        return {};
    const Json json{{"trainyard", "layers"}, {"graph", graphToJson(part)}, {"layout", layoutToJson(part)}};
    return QByteArray::fromStdString(json.dump());
}

std::vector<LayerId> ProjectDocument::paste(const QByteArray &text, std::optional<QPointF> center)
{
    const std::optional<Json> json = layersOf(text);
    if (!json)
        return {};
    const auto part = graphFromJson((*json)["graph"], json->value("layout", Json::object()));
    if (!part || part->layers().empty())
        return {};

    QPointF offset = freeOffset(m_project.graph, part->layers().front());
    if (center) {
        QPointF low(part->layers().front().x, part->layers().front().y), high = low;
        for (const Layer &layer : part->layers()) {
            low = {std::min(low.x(), layer.x), std::min(low.y(), layer.y)};
            high = {std::max(high.x(), layer.x), std::max(high.y(), layer.y)};
        }
        const QPointF middle = (low + high + QPointF(kLayerCardSize.width(), kLayerCardSize.height())) / 2;
        offset = *center - middle;
    }
    Graph graph = m_project.graph;
    std::map<LayerId, LayerId> ids;
    std::vector<LayerId> pasted;
    for (const Layer &layer : part->layers()) {
        Layer copy = layer;
        copy.id = ids[layer.id] = graph.nextId();
        copy.name = graph.findByName(layer.name) ? graph.freshName(stemOf(layer.name)) : layer.name;
        copy.x += offset.x();
        copy.y += offset.y();
        pasted.push_back(copy.id);
        graph.insert(std::move(copy));
    }
    for (const Wire &wire : part->wires())  // in port order
        (void)graph.connect({ids[wire.from], ids[wire.to], wire.port});
    const QString what = pasted.size() == 1 ? tr("Paste %1").arg(nameOf(graph, pasted.front())) : tr("Paste %1 layers").arg(pasted.size());
    editGraph(what, std::move(graph));
    return pasted;
}

std::vector<LayerId> ProjectDocument::duplicate(const std::vector<LayerId> &layers)
{
    return paste(copy(layers), std::nullopt);
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
