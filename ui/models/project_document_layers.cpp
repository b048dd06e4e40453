// How the document edits layers and wires of the graph that is open.
#include <algorithm>
#include <utility>

#include "engine/graph/block_edits.h"
#include "ui/models/auto_layout.h"
#include "ui/models/layer_clipboard.h"
#include "ui/models/project_document.h"

namespace trainyard::ui {

namespace {

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

// Of a block input that is added to a definition.
std::int64_t freeInputNumber(const Graph &body)
{
    std::int64_t number = 1;
    const auto isTaken = [&](const Layer &layer) {
        return layer.type == kBlockInputType && settingsOf(*findLayer(kBlockInputType), layer).integer("number") == number;
    };
    while (number < kMaxBlockInputs && std::any_of(body.layers().begin(), body.layers().end(), isTaken))
        ++number;
    return number;
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

}  // namespace

Result<ProjectDocument::Added> ProjectDocument::withAdded(const LayerChoice &choice, QPointF position, LayerId above) const
{
    TRAINYARD_CHECK(canAdd(choice));
    if (!choice.builtIn.empty())
        return withBuiltIn(choice, position, above);
    Graph graph = shown();
    const LayerId id = graph.add(choice.type, position.x(), position.y());
    Layer &layer = *graph.edit(id);
    if (choice.type == kBlockType) {
        layer.block = choice.block;
        layer.name = graph.freshName(choice.block);
    } else if (choice.type == kBlockInputType) {
        layer.parameters["number"] = freeInputNumber(shown());
    }
    return Added{withGraphInBlock(m_project.graph, openBlock(), std::move(graph)), id};
}

template <typename Link>
LayerId ProjectDocument::add(const QString &what, const LayerChoice &choice, QPointF position, LayerId above, Link &&link)
{
    Result<Added> added = withAdded(choice, position, above);
    if (!added)
        return 0;
    Graph graph = graphAt(added->network, m_place);
    link(graph, added->layer);
    editGraph(what, withGraphInBlock(added->network, openBlock(), std::move(graph)));
    return added->layer;
}

LayerId ProjectDocument::addLayer(const LayerChoice &choice, QPointF position)
{
    return add(tr("Add %1").arg(choice.title()), choice, position, 0, [](Graph &, LayerId) {});
}

LayerId ProjectDocument::addLayerOnWire(const LayerChoice &choice, const Wire &wire, QPointF position)
{
    return add(tr("Insert %1").arg(choice.title()), choice, position, wire.from, [&](Graph &graph, LayerId id) { putOnWire(graph, id, wire); });
}

LayerId ProjectDocument::addLayerBelow(const LayerChoice &choice, LayerId above, QPointF position)
{
    return add(tr("Add %1 below %2").arg(choice.title(), nameOf(shown(), above)), choice, position, above, [&](Graph &graph, LayerId id) {
        (void)graph.connect({above, id, 0});  // one that cannot be linked is added all the same
    });
}

void ProjectDocument::insertOnWire(LayerId layer, const Wire &wire, QPointF position)
{
    Graph graph = shown();
    moveTo(graph, layer, position);
    putOnWire(graph, layer, wire);
    editShown(tr("Insert %1").arg(nameOf(shown(), layer)), std::move(graph));
}

void ProjectDocument::remove(const std::vector<LayerId> &layers, const std::vector<Wire> &wires)
{
    Graph graph = shown();
    // Last port first: a layer of any number of inputs moves the later ones down when one goes.
    std::vector<Wire> lastFirst = wires;
    std::sort(lastFirst.begin(), lastFirst.end(), [](const Wire &a, const Wire &b) { return a.port > b.port; });
    for (const Wire &wire : lastFirst)
        graph.disconnect(wire);
    for (const LayerId id : layers)
        graph.remove(id);
    const QString what = layers.empty()       ? wires.size() == 1 ? tr("Delete wire") : tr("Delete %1 wires").arg(wires.size())
                         : layers.size() == 1 ? tr("Delete %1").arg(nameOf(shown(), layers.front()))
                                              : tr("Delete %1 layers").arg(layers.size());
    editShown(what, std::move(graph));
}

Status ProjectDocument::canConnect(const Wire &wire, const std::optional<Wire> &instead) const
{
    // A wire that makes its end a broken layer is refused with that layer's own message: but only where the layer has
    // all the inputs it needs, since the others may still come.
    Graph graph = shown();
    TRAINYARD_CHECK(connectInstead(graph, wire, instead));
    const Layer *to = graph.find(wire.to);
    const LayerSpec *spec = to ? findLayer(to->type) : nullptr;
    if (!spec || static_cast<int>(graph.wiresInto(wire.to).size()) < spec->minInputs)
        return {};
    const Graph network = withGraphInBlock(m_project.graph, openBlock(), std::move(graph));
    const GraphAnalysis after = analysisAt(network, analyze(network, m_signature), m_place);
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
    Graph graph = shown();
    TRAINYARD_CHECK(connectInstead(graph, wire, instead));
    editShown(tr("Connect %1 to %2").arg(nameOf(shown(), wire.from), nameOf(shown(), wire.to)), std::move(graph));
    return {};
}

void ProjectDocument::disconnectWire(const Wire &wire)
{
    remove({}, {wire});
}

void ProjectDocument::moveLayers(const std::map<LayerId, QPointF> &positions, bool continued)
{
    Graph graph = shown();
    std::vector<LayerId> moved;
    for (const auto &[id, position] : positions) {
        moveTo(graph, id, position);
        moved.push_back(id);
    }
    editShown(positions.size() == 1 ? tr("Move %1").arg(nameOf(shown(), positions.begin()->first))
                                    : tr("Move %1 layers").arg(positions.size()),
              std::move(graph), continued ? mergeIdOf(QStringLiteral("position"), moved) : -1);
}

void ProjectDocument::rename(LayerId layer, const std::string &name)
{
    Graph graph = shown();
    Layer *edited = graph.edit(layer);
    const std::string wanted = QString::fromStdString(name).trimmed().toStdString();
    if (!edited || wanted.empty() || edited->name == wanted)
        return;
    const std::string before = std::exchange(edited->name, {});  // its own old name is no obstacle
    edited->name = graph.freshName(wanted);
    for (const Layer &other : shown().layers())
        if (other.weightsOf == before)
            graph.edit(other.id)->weightsOf = edited->name;
    const QString what = tr("Rename %1 to %2").arg(nameOf(shown(), layer), QString::fromStdString(edited->name));
    editShown(what, std::move(graph));
}

void ProjectDocument::setParameter(const std::vector<LayerId> &layers, const std::string &key, const ParameterValue &value)
{
    Graph graph = shown();
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
    editShown(what, std::move(graph), mergeIdOf(QString::fromStdString(key), layers));
}

// what: with %1 for the layer's name or how many there are. mergeKey: edits of it in a row are one undo step; null: each is one.
template <typename Change>
void ProjectDocument::changeLayers(const std::vector<LayerId> &layers, const QString &what, Change change, const char *mergeKey)
{
    Graph graph = shown();
    for (const LayerId id : layers)
        if (Layer *layer = graph.edit(id))
            change(*layer);
    const QString whose = layers.size() == 1 ? nameOf(graph, layers.front()) : tr("%1 layers").arg(layers.size());
    editShown(what.arg(whose), std::move(graph), mergeKey ? mergeIdOf(QString::fromLatin1(mergeKey), layers) : -1);
}

void ProjectDocument::setDevice(const std::vector<LayerId> &layers, const std::string &device)
{
    changeLayers(layers, tr("Device of %1"), [&](Layer &layer) { layer.device = device; });
}

void ProjectDocument::setFrozen(const std::vector<LayerId> &layers, bool frozen)
{
    changeLayers(layers, frozen ? tr("Freeze %1") : tr("Unfreeze %1"), [&](Layer &layer) { layer.frozen = frozen; });
}

void ProjectDocument::setLearningRateFactor(const std::vector<LayerId> &layers, double factor)
{
    changeLayers(layers, tr("Rate factor of %1"), [&](Layer &layer) { layer.learningRateFactor = factor; }, kRateFactorKey);
}

void ProjectDocument::setPrecision(const std::vector<LayerId> &layers, const std::string &precision)
{
    changeLayers(layers, tr("Precision of %1"), [&](Layer &layer) { layer.precision = precision; });
}

void ProjectDocument::setRecompute(const std::vector<LayerId> &layers, bool recompute)
{
    changeLayers(layers, recompute ? tr("Recompute %1") : tr("Keep the values of %1"), [&](Layer &layer) { layer.recompute = recompute; });
}

void ProjectDocument::setWeightsOf(const std::vector<LayerId> &layers, const std::string &owner)
{
    changeLayers(layers, tr("Weights of %1"), [&](Layer &layer) { layer.weightsOf = owner; });
}

void ProjectDocument::applyFix(const Fix &fix)
{
    Graph graph = m_project.graph;
    trainyard::applyFix(graph, fix);
    editGraph(QString::fromStdString(fix.label), std::move(graph));
}

void ProjectDocument::autoLayout()
{
    Graph graph = shown();
    for (const auto &[id, position] : ui::autoLayout(graph))
        moveTo(graph, id, position);
    editShown(tr("Arrange layers"), std::move(graph));
}

QByteArray ProjectDocument::copy(const std::vector<LayerId> &layers) const
{
    return layersToText(m_project.graph, shown(), layers);
}

Result<std::vector<LayerId>> ProjectDocument::paste(const QByteArray &text, std::optional<QPointF> center)
{
    TRAINYARD_TRY(Pasted pasted, withPasted(m_project.graph, openBlock(), text, center));
    const Graph &graph = graphAt(pasted.network, m_place);
    const QString what = pasted.layers.size() == 1 ? tr("Paste %1").arg(nameOf(graph, pasted.layers.front()))
                                                   : tr("Paste %1 layers").arg(pasted.layers.size());
    editGraph(what, std::move(pasted.network));
    return std::move(pasted.layers);
}

std::vector<LayerId> ProjectDocument::duplicate(const std::vector<LayerId> &layers)
{
    return paste(copy(layers), std::nullopt).value_or(std::vector<LayerId>());
}

}  // namespace trainyard::ui
