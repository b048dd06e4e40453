#include "ui/panels/model/model_facts.h"

#include <algorithm>
#include <array>

#include <QCoreApplication>

#include "engine/base/format.h"
#include "engine/graph/block_edits.h"
#include "ui/models/project_document.h"

namespace trainyard::ui {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(trainyard::ui::ModelFacts)
};

QString bytesText(std::uint64_t bytes)
{
    return QString::fromStdString(formatBytes(bytes));
}

QString countText(std::int64_t count)
{
    return QString::fromStdString(formatCount(count));
}

// "1.2 GFLOP"
QString flopsText(double flops)
{
    static constexpr std::array kPrefixes{"", "k", "M", "G", "T", "P"};
    std::size_t prefix = 0;
    for (; flops >= 999.5 && prefix + 1 < kPrefixes.size(); ++prefix)
        flops /= 1000;
    return QStringLiteral("%1 %2FLOP").arg(QString::fromStdString(formatSignificant(flops)), QLatin1String(kPrefixes[prefix]));
}

// What is behind "res1/" or "res1.3/" in the name of a layer inside the block res1; absent: it is not inside.
std::optional<std::string_view> insideOf(std::string_view name, std::string_view block)
{
    if (!name.starts_with(block))
        return std::nullopt;
    std::size_t at = block.size();
    if (at < name.size() && name[at] == '.')
        at = std::min(name.find_first_not_of("0123456789", at + 1), name.size());
    return at < name.size() && name[at] == '/' ? std::optional(name.substr(at + 1)) : std::nullopt;
}

// The names of the blocks that were opened on the way to the graph that is open.
std::vector<std::string> openedBlocks(const ProjectDocument &document)
{
    std::vector<std::string> names;
    const Graph *around = &document.graph();
    for (const PlaceStep &step : document.place()) {
        const Layer *block = around->find(step.instance);
        names.push_back(block ? block->name : std::string());
        around = document.graph().findBlock(step.block);
    }
    return names;
}

// What this layer's own values take at the peak, or those of all layers inside a block; absent: not in the forecast.
std::optional<std::uint64_t> memoryOf(const ProjectDocument &document, const Layer &layer, const std::optional<Forecast> &forecast)
{
    const std::vector<std::string> opened = openedBlocks(document);
    std::optional<std::uint64_t> total;
    for (const LayerMemory &memory : forecast ? forecast->layers : std::vector<LayerMemory>()) {
        std::optional<std::string_view> name = memory.layer;
        for (const std::string &block : opened)
            name = name ? insideOf(*name, block) : std::nullopt;
        if (name && (*name == layer.name || (layer.type == kBlockType && insideOf(*name, layer.name))))
            total = total.value_or(0) + memory.bytes.total();
    }
    return total;
}

QString inputText(const ProjectDocument &document, LayerId id)
{
    QStringList shapes;
    for (const Wire &wire : document.shown().wiresInto(id)) {
        const auto facts = document.shownAnalysis().layers.find(wire.from);
        if (facts == document.shownAnalysis().layers.end() || !facts->second.output)
            return {};
        shapes += QString::fromStdString(facts->second.output->text());
    }
    return shapes.join(QStringLiteral(", "));
}

}  // namespace

std::vector<Fact> layerFacts(const ProjectDocument &document, const std::vector<LayerId> &layers, const std::optional<Forecast> &forecast)
{
    std::int64_t parameters = 0;
    std::uint64_t memory = 0;
    bool parametersKnown = true, memoryKnown = true;
    QString output;
    for (const LayerId id : layers) {
        const Layer *layer = document.shown().find(id);
        const auto facts = document.shownAnalysis().layers.find(id);
        const bool known = layer && facts != document.shownAnalysis().layers.end() && facts->second.output;
        parametersKnown = parametersKnown && known;
        const auto bytes = known ? memoryOf(document, *layer, forecast) : std::nullopt;
        memoryKnown = memoryKnown && bytes;
        memory += bytes.value_or(0);
        if (!known)
            continue;
        parameters += facts->second.parameters;
        output = QString::fromStdString(facts->second.output->text());
    }
    std::vector<Fact> rows;
    if (layers.size() == 1) {
        const Layer *layer = document.shown().find(layers.front());
        const LayerSpec *spec = layer ? findLayer(layer->type) : nullptr;
        if (spec && spec->maxInputs > 0)
            rows.push_back({Words::tr("Input"), inputText(document, layers.front()), Words::tr("Shape of one sample that comes in"), {}});
        if (spec && spec->hasOutput)
            rows.push_back({Words::tr("Output"), output, Words::tr("Shape of one sample that goes out"), {}});
        if (layer && layer->type == kBlockType)
            rows.push_back({Words::tr("Layers inside"), countText(layersInside(document.graph(), *layer)), {}, {}});
    }
    rows.push_back({Words::tr("Parameters"), parametersKnown ? countText(parameters) : QString(), Words::tr("Trained numbers"), {}});
    if (memoryKnown)
        rows.push_back(
            {Words::tr("Memory"),
             bytesText(memory),
             Words::tr("What its weights, gradients, optimizer state, activations and workspace hold for a batch of %1, "
                       "at the moment of a step at which most is in use")
                 .arg(countText(forecast->batchSize)),
             {}});
    return rows;
}

std::vector<Fact> networkFacts(const ProjectDocument &document, const std::optional<Forecast> &forecast)
{
    const GraphAnalysis &analysis = document.shownAnalysis();
    const auto &layers = document.shown().layers();
    const bool known = std::all_of(layers.begin(), layers.end(), [&](const Layer &layer) {
        const auto facts = analysis.layers.find(layer.id);
        return facts != analysis.layers.end() && facts->second.output;
    });
    const bool inside = !document.place().empty();
    const std::int64_t count = inside ? layersInside(document.graph(), document.openBlock()) : static_cast<std::int64_t>(layers.size());
    std::vector<Fact> rows{
        {Words::tr("Layers"), countText(count), {}, {}},
        {Words::tr("Parameters"), known ? countText(analysis.parameters) : QString(), Words::tr("Trained numbers"), {}}};
    if (forecast && !inside) {
        rows.push_back({Words::tr("Batch size"), countText(forecast->batchSize), Words::tr("Set on the Train page"), {}});
        if (forecast->flopsPerStep > 0)
            rows.push_back({Words::tr("Work per step"), flopsText(forecast->flopsPerStep),
                            Words::tr("Additions and multiplications of one step: forward, backward and update"), {}});
    }
    return rows;
}

std::vector<Fact> memoryFacts(const std::optional<Forecast> &forecast)
{
    if (!forecast || forecast->arenaBytes == 0)
        return {};
    const MemoryBytes &bytes = forecast->bytes;
    struct Part {
        QString label;
        std::uint64_t bytes;
        QString toolTip;
    };
    const Part parts[] = {
        {Words::tr("Weights"), bytes.parameters, Words::tr("Trained numbers and running statistics")},
        {Words::tr("Gradients"), bytes.gradients, Words::tr("Of the weights")},
        {Words::tr("Optimizer"), bytes.optimizer, Words::tr("What the optimizer keeps for each weight")},
        {Words::tr("Activations"), bytes.activations, Words::tr("What the layers put out, at the moment of the peak")},
        {Words::tr("Workspace"), bytes.workspace, Words::tr("Room the layers calculate in")},
        {Words::tr("Batch"), bytes.data, Words::tr("The samples of one step, their targets and the metrics")},
    };
    std::vector<Fact> rows;
    for (const Part &part : parts)
        rows.push_back({part.label, bytesText(part.bytes), part.toolTip,
                        static_cast<double>(part.bytes) / static_cast<double>(forecast->arenaBytes)});
    rows.push_back({Words::tr("Together"), bytesText(forecast->arenaBytes), Words::tr("What a run allocates, to the byte"), {}});
    rows.push_back({Words::tr("Data set"), bytesText(forecast->datasetBytes), Words::tr("Kept in memory beside it"), {}});
    return rows;
}

}  // namespace trainyard::ui
