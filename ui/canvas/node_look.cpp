#include "ui/canvas/node_look.h"

#include <algorithm>

#include <QCoreApplication>
#include <QStringList>

#include "engine/base/format.h"
#include "ui/models/device_text.h"

namespace trainyard::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("NodeLook", text);
}

QString lettersOf(const QString &text)
{
    QString letters;
    for (const QChar c : text)
        if (c.isLetter())
            letters += c.toLower();
    return letters;
}

// "conv1" tells that it is a conv2d; "digits" does not tell that it is a dense layer, so that its card must.
bool nameTellsType(const QString &name, const LayerSpec &spec)
{
    const QString letters = lettersOf(name), type = lettersOf(QString::fromStdString(spec.type));
    return letters.size() >= 3 && (type.contains(letters) || letters.contains(type));
}

QString settingOf(const LayerSpec *spec, const QString &name, const LayerFacts &facts)
{
    const QString label = QString::fromStdString(facts.label);
    if (!spec)
        return tr("unknown layer");
    if (nameTellsType(name, *spec))
        return label;
    const QString title = QString::fromStdString(spec->title);
    return label.isEmpty() ? title : QStringLiteral("%1 %2").arg(title, label);
}

// "encoder ×4": the definition where the name does not tell it, and how often.
QString blockSettingOf(const Layer &layer, int repeat)
{
    const QString definition = QString::fromStdString(layer.block);
    const bool told = lettersOf(QString::fromStdString(layer.name)) == lettersOf(definition);
    const QString times = repeat > 1 ? tr("×%1").arg(repeat) : QString();
    return told ? times : times.isEmpty() ? definition : QStringLiteral("%1 %2").arg(definition, times);
}

// How many inputs the definition has.
int inputsOf(const Graph &body)
{
    std::int64_t inputs = 0;
    for (const Layer &layer : body.layers())
        if (layer.type == kBlockInputType)
            inputs = std::max(inputs, settingsOf(*findLayer(layer.type), layer).integer("number"));
    return static_cast<int>(std::clamp<std::int64_t>(inputs, 1, kMaxBlockInputs));
}

int shownInputs(const LayerSpec *spec, int connected)
{
    if (!spec)
        return std::clamp(connected, 1, 64);
    return spec->maxInputs > spec->minInputs ? std::clamp(connected + 1, spec->minInputs, spec->maxInputs) : spec->maxInputs;
}

}  // namespace

std::map<LayerId, NodeLook> describeGraph(const Graph &graph, const GraphAnalysis &analysis, const Graph &network)
{
    static const LayerFacts kNoFacts;
    std::map<LayerId, NodeLook> looks;
    std::map<LayerId, int> ports;
    std::set<LayerId> fedByUnknown;
    for (const Wire &wire : graph.wires()) {
        if (wire.port >= 0 && wire.port < 64)
            looks[wire.to].connectedInputs |= quint64{1} << wire.port;
        looks[wire.from].outputConnected = true;
        ports[wire.to] = std::max(ports[wire.to], wire.port + 1);
        const auto source = analysis.layers.find(wire.from);
        if (source == analysis.layers.end() || !source->second.output)
            fedByUnknown.insert(wire.to);
    }
    std::map<LayerId, const Problem *> problems;  // the first of each layer
    for (const Problem &problem : analysis.problems)
        problems.emplace(problem.layer, &problem);

    for (const Layer &layer : graph.layers()) {
        NodeLook &look = looks[layer.id];
        const LayerSpec *spec = findLayer(layer.type);
        const auto found = analysis.layers.find(layer.id);
        const LayerFacts &facts = found != analysis.layers.end() ? found->second : kNoFacts;
        look.name = QString::fromStdString(layer.name);
        look.title = QString::fromStdString(spec ? spec->title : layer.type);
        look.device = deviceText(layer.device);
        look.category = spec ? spec->category : Category::Core;
        look.placeholder = !spec;
        look.setting = settingOf(spec, look.name, facts);
        look.inputs = shownInputs(spec, ports[layer.id]);
        if (look.block = layer.type == kBlockType; look.block) {
            look.repeat = static_cast<int>(settingsOf(*spec, layer).integer("repeat"));
            look.setting = blockSettingOf(layer, look.repeat);
            if (const Graph *body = network.findBlock(layer.block))
                look.inputs = std::max(inputsOf(*body), ports[layer.id]);
        }
        look.hasOutput = !spec || spec->hasOutput;
        look.broken = facts.broken;
        if (facts.output)
            look.shape = QString::fromStdString(facts.output->text());
        if (facts.output && facts.parameters > 0)
            look.parameters = facts.parameters == 1 ? tr("1 param")
                                                    : tr("%1 params").arg(QString::fromStdString(formatCount(facts.parameters)));
        if (const auto problem = problems.find(layer.id); problem != problems.end()) {
            look.message = QString::fromStdString(problem->second->message);
            // All inputs are there and known, no setting is at fault: then it is what comes in.
            look.wrongInputs = facts.broken && spec && problem->second->key.empty() && !fedByUnknown.contains(layer.id) &&
                               ports[layer.id] >= spec->minInputs;
        }
    }
    return looks;
}

QString nodeSentence(const NodeLook &look)
{
    QStringList parts{look.name, look.title};
    if (look.block && !look.setting.isEmpty())
        parts << look.setting;
    if (!look.shape.isEmpty())
        parts << tr("output %1").arg(look.shape);
    if (!look.parameters.isEmpty())
        parts << look.parameters;
    if (!look.device.isEmpty())
        parts << tr("on %1").arg(look.device);
    QString sentence = parts.join(QStringLiteral(", "));
    if (!look.message.isEmpty())
        sentence += QStringLiteral(". ") + look.message;
    return sentence;
}

}  // namespace trainyard::ui
