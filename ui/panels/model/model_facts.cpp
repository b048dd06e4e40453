#include "ui/panels/model/model_facts.h"

#include <algorithm>
#include <array>

#include <QCoreApplication>

#include "engine/base/format.h"
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

// What this layer's own values take; absent: not in the forecast.
std::optional<std::uint64_t> memoryOf(const Layer &layer, const std::optional<Forecast> &forecast)
{
    if (forecast)
        for (const LayerMemory &memory : forecast->layers)
            if (memory.layer == layer.name)
                return memory.bytes.total();
    return std::nullopt;
}

QString inputText(const ProjectDocument &document, LayerId id)
{
    QStringList shapes;
    for (const Wire &wire : document.graph().wiresInto(id)) {
        const auto facts = document.analysis().layers.find(wire.from);
        if (facts == document.analysis().layers.end() || !facts->second.output)
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
        const Layer *layer = document.graph().find(id);
        const auto facts = document.analysis().layers.find(id);
        const bool known = layer && facts != document.analysis().layers.end() && facts->second.output;
        parametersKnown = parametersKnown && known;
        const auto bytes = known ? memoryOf(*layer, forecast) : std::nullopt;
        memoryKnown = memoryKnown && bytes;
        memory += bytes.value_or(0);
        if (!known)
            continue;
        parameters += facts->second.parameters;
        output = QString::fromStdString(facts->second.output->text());
    }
    std::vector<Fact> rows;
    if (layers.size() == 1) {
        const Layer *layer = document.graph().find(layers.front());
        const LayerSpec *spec = layer ? findLayer(layer->type) : nullptr;
        if (spec && spec->maxInputs > 0)
            rows.push_back({Words::tr("Input"), inputText(document, layers.front()), Words::tr("Shape of one sample that comes in"), {}});
        if (spec && spec->hasOutput)
            rows.push_back({Words::tr("Output"), output, Words::tr("Shape of one sample that goes out"), {}});
    }
    rows.push_back({Words::tr("Parameters"), parametersKnown ? countText(parameters) : QString(), Words::tr("Trained numbers"), {}});
    if (memoryKnown)
        rows.push_back({Words::tr("Memory"), bytesText(memory),
                        Words::tr("What its weights, gradients, optimizer state, activations and workspace take for a batch of %1, "
                                  "before memory is shared between layers")
                            .arg(countText(forecast->batchSize)),
                        {}});
    return rows;
}

std::vector<Fact> networkFacts(const ProjectDocument &document, const std::optional<Forecast> &forecast)
{
    const GraphAnalysis &analysis = document.analysis();
    const auto &layers = document.graph().layers();
    const bool known = std::all_of(layers.begin(), layers.end(), [&](const Layer &layer) {
        const auto facts = analysis.layers.find(layer.id);
        return facts != analysis.layers.end() && facts->second.output;
    });
    std::vector<Fact> rows{
        {Words::tr("Layers"), countText(static_cast<std::int64_t>(layers.size())), {}, {}},
        {Words::tr("Parameters"), known ? countText(analysis.parameters) : QString(), Words::tr("Trained numbers"), {}}};
    if (forecast) {
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
