#include "engine/program/metric_names.h"

#include <algorithm>

#include "engine/graph/flatten.h"
#include "engine/program/build.h"

namespace trainyard {

namespace {

// Data as the network says it must be: one sample of its input, with the targets its first loss compares with.
std::optional<DataTypes> assumedData(const Graph &graph)
{
    const GraphAnalysis analysis = analyze(graph);
    if (!analysis.runnable())
        return std::nullopt;
    DataTypes data;
    const LayerSpec *loss = nullptr;
    for (const Layer &layer : graph.layers()) {
        const LayerSpec *spec = findLayer(layer.type);
        const std::optional<Shape> &shape = analysis.layers.at(layer.id).output;
        if (!spec || !shape)
            continue;
        if (spec->category == Category::Input)
            data.features = {DType::F32, shape->withBatch(1)};
        if (spec->category == Category::Loss && !loss) {
            loss = spec;
            data.targets = {DType::F32, shape->withBatch(1)};
            if (spec->lossTargets.classes) {
                auto positions = data.targets.shape.sizes();
                positions.pop_back();
                data.targets = {DType::I32, Shape(positions)};
            }
        }
    }
    const FlatGraph flat = flatten(graph);
    const auto &layers = flat.graph.layers();
    if (std::any_of(layers.begin(), layers.end(), [](const Layer &layer) { return findLayer(layer.type)->takesIndices(); }))
        data.features.dtype = DType::I32;
    return data;
}

// What evaluates the network with one row at a time.
Result<Program> evaluation(const Graph &graph, const DataTypes &data, const std::vector<std::string> &metrics)
{
    BuildOptions options;
    options.mode = Mode::Evaluate;
    options.batchSize = 1;
    options.metrics = metrics;
    return buildProgram(graph, data, options);
}

}  // namespace

std::vector<std::string> metricNames(const Graph &graph, const std::vector<std::string> &chosen)
{
    if (const auto data = assumedData(graph))
        if (const auto program = evaluation(graph, *data, chosen)) {
            std::vector<std::string> names;
            for (const MetricSlot &slot : program->metrics)
                names.push_back(slot.name);
            return names;
        }
    return {"loss"};
}

Status checkMetrics(const Graph &graph, const std::vector<std::string> &chosen)
{
    if (chosen.empty())
        return {};
    const auto data = assumedData(graph);
    if (!data)
        return {};
    const auto program = evaluation(graph, *data, chosen);
    if (!program && program.error().code == ErrorCode::InvalidArgument)
        return fail(program.error());
    return {};
}

}  // namespace trainyard
