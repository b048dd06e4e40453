#include "engine/graph/analysis.h"

#include "engine/graph/flatten.h"
#include "engine/graph/loss_rules.h"
#include "engine/layers/loss_layer.h"
#include "engine/graph/token_rules.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

namespace {

class Analyzer {
public:
    Analyzer(const Graph &graph, const std::optional<DataSignature> &data)
        : m_graph(graph), m_data(data), m_builder(m_scratch)
    {
    }

    GraphAnalysis run()
    {
        const Result<std::vector<LayerId>> order = m_graph.topologicalOrder();
        if (!order) {
            const Layer *layer = m_graph.findByName(order.error().node);
            addProblem(layer ? layer->id : 0, order.error().message);
            return std::move(m_result);
        }
        m_wires = m_graph.wires();
        for (const LayerId id : *order)
            analyzeLayer(*m_graph.find(id));
        for (const LayerId id : *order) {
            checkDevice(*m_graph.find(id));
            checkRateFactor(*m_graph.find(id));
            checkPrecision(*m_graph.find(id));
        }
        for (const LayerId id : *order)
            checkDeadEnd(*m_graph.find(id));
        checkWholeGraph();
        return std::move(m_result);
    }

private:
    // The problem of one layer, which makes it broken.
    void breakLayer(const Layer &layer, std::string message, std::string key = {}, std::optional<Fix> fix = {})
    {
        LayerFacts &facts = m_result.layers[layer.id];
        facts.broken = true;
        facts.output.reset();
        addProblem(layer.id, std::move(message), std::move(key), std::move(fix));
    }

    void addProblem(LayerId layer, std::string message, std::string key = {}, std::optional<Fix> fix = {})
    {
        m_result.problems.push_back({layer, std::move(message), std::move(key), std::move(fix)});
    }

    void analyzeLayer(const Layer &layer)
    {
        LayerFacts &facts = m_result.layers[layer.id];
        const LayerSpec *spec = findLayer(layer.type);
        if (!spec)
            return breakLayer(layer, fmt::format("{} is a layer of type {}, which this program does not know. Install the "
                                                 "version that made it, or replace the layer.",
                                                 layer.name, layer.type));
        const LayerSettings settings = settingsOf(*spec, layer);
        if (layer.type == kBlockType) {
            facts.broken = true;  // flatten() has said why
            return;
        }
        if (layer.type == kBlockInputType || layer.type == kBlockOutputType)
            return breakLayer(layer, fmt::format("{} belongs inside the definition of a block. Delete it.", layer.name));
        if (spec->category == Category::Loss)
            m_losses.push_back(&layer);
        if (spec->maxInputs == 0)
            m_hasInput = true;
        facts.label = spec->label(settings);

        std::vector<Shape> shapes;
        std::vector<ValueId> values;
        bool below = false;  // a broken layer
        for (const Wire &wire : m_wires) {
            if (wire.to != layer.id)
                continue;
            const LayerFacts &source = m_result.layers[wire.from];
            below = below || !source.output;
            if (source.output) {
                shapes.push_back(*source.output);
                values.push_back(m_values[wire.from]);
            }
        }
        if (below)
            return;
        if (!checkSettings(*spec, layer))
            return;
        const int connected = static_cast<int>(shapes.size());
        if (connected < spec->minInputs)
            return breakLayer(layer, spec->minInputs == 1
                                         ? fmt::format("{} expects an input, but nothing is connected. Draw a wire to it.", layer.name)
                                         : fmt::format("{} expects at least {} inputs, got {}. Connect the others or delete it.",
                                                       layer.name, spec->minInputs, connected));
        const ShapeResult shape = spec->inferShape(settings, shapes);
        if (!shape) {
            std::optional<Fix> fix;
            if (shape.error().fix)
                fix = fixOf(*spec, layer, shape.error().fix->key, shape.error().fix->value);
            return breakLayer(layer, shape.error().message, shape.error().key, std::move(fix));
        }
        if (!checkAgainstInput(*spec, layer, settings, *shape) || !checkAgainstData(*spec, layer, settings, *shape))
            return;
        facts.output = *shape;
        countParameters(*spec, layer, settings, std::move(values));
    }

    bool checkSettings(const LayerSpec &spec, const Layer &layer)
    {
        const LayerSettings settings = settingsOf(spec, layer);
        for (const ParameterSpec &parameter : spec.parameters) {
            const auto found = layer.parameters.find(parameter.key);
            if (found == layer.parameters.end() || !isInForce(spec, parameter, settings))
                continue;
            if (auto message = checkParameter(parameter, found->second)) {
                breakLayer(layer, std::move(*message), parameter.key, fixOf(spec, layer, parameter.key, parameter.defaultValue));
                return false;
            }
        }
        return true;
    }

    // A setting that another one switches off is neither shown nor checked.
    static bool isInForce(const LayerSpec &spec, const ParameterSpec &parameter, const LayerSettings &settings)
    {
        for (const ParameterSpec &other : spec.parameters)
            if (other.key == parameter.onlyWhenKey)
                return parameterText(other, settings.value(other.key)) == parameter.onlyWhenValue;
        return true;
    }

    // A loss that compares with the sample.
    bool checkAgainstInput(const LayerSpec &spec, const Layer &layer, const LayerSettings &settings, const Shape &shape)
    {
        if (spec.category == Category::Input)
            m_inputShape = shape;
        if (spec.category != Category::Loss || !comparesWithInput(settings) || !m_inputShape)
            return true;
        auto found = inputLossProblem(layer, shape, *m_inputShape, m_data ? m_data->vocabulary : 0);
        if (found)
            breakLayer(layer, std::move(found->message), std::move(found->key), std::move(found->fix));
        return !found;
    }

    bool checkAgainstData(const LayerSpec &spec, const Layer &layer, const LayerSettings &settings, const Shape &shape)
    {
        if (!m_data)
            return true;
        if (spec.category == Category::Input && shape != m_data->sampleShape) {
            const ParameterSpec &parameter = spec.parameters.front();
            Fix fix{fmt::format("Set {} to {}", layer.name, m_data->sampleShape.text()), layer.id, parameter.key,
                    m_data->sampleShape.sizes(), {}};
            std::string message = fmt::format("{} is {}, but a sample of the data is {}. {}.", layer.name, shape.text(),
                                              m_data->sampleShape.text(), fix.label);
            breakLayer(layer, std::move(message), parameter.key, std::move(fix));
            return false;
        }
        if (auto found = tokenProblem(m_graph, spec, layer, *m_data)) {
            breakLayer(layer, std::move(found->message), std::move(found->key), std::move(found->fix));
            return false;
        }
        if (spec.category == Category::Loss && !comparesWithInput(settings)) {
            if (auto found = lossProblem(m_graph, m_result.layers, layer, shape, *m_data)) {
                breakLayer(layer, std::move(found->message), std::move(found->key), std::move(found->fix));
                return false;
            }
        }
        return true;
    }

    // The layer's own emit rule says what there is to train, so that the count cannot differ from the Program's.
    void countParameters(const LayerSpec &spec, const Layer &layer, const LayerSettings &settings, std::vector<ValueId> inputs)
    {
        LayerFacts &facts = m_result.layers[layer.id];
        const std::size_t before = m_builder.inits().size();
        const bool shared = m_builder.sharingProblem().empty();
        const Result<std::string> owner = weightsOwner(m_graph, layer);
        if (!owner)
            return breakLayer(layer, owner.error().message, kWeightsOfKey, ownWeights(layer));
        if (const Layer *other = m_graph.findByName(*owner); other->device != layer.device)
            return breakLayer(layer, fmt::format("{} uses the weights of {}, but the two are placed on different devices. Place them on one.", layer.name,
                                                 *owner),
                              kDeviceKey, Fix{fmt::format("Place {} as {}", layer.name, *owner), layer.id, kDeviceKey, other->device, {}});
        EmitContext context{m_builder, settings, *owner, std::move(inputs), *facts.output, Mode::Predict,
                            static_cast<std::uint32_t>(layer.id)};
        if (spec.category == Category::Input)
            context.batchFeatures = m_builder.addValue({feedsTokens(m_graph, layer.id) ? DType::I32 : DType::F32, facts.output->withBatch(1)}, Role::Data);
        const Result<ValueId> value = spec.emitOps(context);
        if (!value)
            return breakLayer(layer, value.error().message);
        if (shared && !m_builder.sharingProblem().empty())
            return breakLayer(layer, fmt::format("{} cannot use the weights of {}: {}", layer.name, *owner, m_builder.sharingProblem()), kWeightsOfKey,
                              ownWeights(layer));
        m_values[layer.id] = *value;
        for (std::size_t i = before; i < m_builder.inits().size(); ++i) {
            const Value &parameter = m_builder.value(m_builder.inits()[i].value);
            if (parameter.trainable)
                facts.parameters += parameter.type.shape.elements();
        }
        m_result.parameters += facts.parameters;
    }

    static Fix ownWeights(const Layer &layer)
    {
        return {fmt::format("Give {} weights of its own", layer.name), layer.id, kWeightsOfKey, std::string(), {}};
    }

    // What the layer computes is known all the same, so that its shape and those below it stay.
    void checkDevice(const Layer &layer)
    {
        if (layer.device.empty() || isDeviceName(layer.device))
            return;
        m_result.layers[layer.id].broken = true;
        addProblem(layer.id, fmt::format("{} is placed on {}, which is no device. Use cpu, cuda:0 or another cuda:N, or leave it to the run.",
                                         layer.name, layer.device),
                   kDeviceKey, Fix{fmt::format("Place {} as the run", layer.name), layer.id, kDeviceKey, std::string(), {}});
    }

    void checkRateFactor(const Layer &layer)
    {
        if (layer.learningRateFactor >= kLeastRateFactor && layer.learningRateFactor <= kMostRateFactor)
            return;
        m_result.layers[layer.id].broken = true;
        addProblem(layer.id, fmt::format("The learning rate factor of {} must be from {} to {}, got {}. To keep its weights as they are, freeze it.",
                                         layer.name, kLeastRateFactor, kMostRateFactor, layer.learningRateFactor),
                   kRateFactorKey, Fix{fmt::format("Set the factor of {} to 1", layer.name), layer.id, kRateFactorKey, 1.0, {}});
    }

    void checkPrecision(const Layer &layer)
    {
        if (layer.precision.empty() || layer.precision == kFloat32Exception)
            return;
        m_result.layers[layer.id].broken = true;
        addProblem(layer.id, fmt::format("The precision of {} is {}. It must be {}, or be left to the run.", layer.name, layer.precision, kFloat32Exception),
                   kPrecisionKey, Fix{fmt::format("Leave the precision of {} to the run", layer.name), layer.id, kPrecisionKey, std::string(), {}});
    }

    // Without a loss the missing loss is what there is to say.
    void checkDeadEnd(const Layer &layer)
    {
        const LayerSpec *spec = findLayer(layer.type);
        if (m_losses.empty() || (spec && !spec->hasOutput) || m_result.layers[layer.id].broken)
            return;
        for (const Wire &wire : m_wires)
            if (wire.from == layer.id)
                return;
        addProblem(layer.id, fmt::format("The output of {} goes nowhere. Connect it to another layer or delete it.", layer.name));
    }

    void checkWholeGraph()
    {
        if (m_graph.layers().empty())
            return addProblem(0, "The network is empty. Drag an input layer onto the canvas to begin.");
        if (!m_hasInput)
            addProblem(0, "The network has no input layer. Add one and connect it to the first layer.");
        if (m_losses.empty())
            addProblem(0, "The network has no loss. Add softmax cross-entropy to tell classes apart or mean squared error to "
                          "predict numbers, after the last layer.");
    }

    const Graph &m_graph;
    const std::optional<DataSignature> &m_data;
    OpList m_scratch;
    OpBuilder m_builder;
    GraphAnalysis m_result;
    std::vector<Wire> m_wires;
    std::map<LayerId, ValueId> m_values;
    std::vector<const Layer *> m_losses;
    std::optional<Shape> m_inputShape;
    bool m_hasInput = false;
};

// What is known of the flat graph, told of the blocks and of the layers in them.
GraphAnalysis foldedUp(const Graph &graph, const FlatGraph &flat, GraphAnalysis &&flatAnalysis)
{
    GraphAnalysis result;
    result.parameters = flatAnalysis.parameters;
    for (const auto &[id, facts] : flatAnalysis.layers) {
        const LayerOrigin &origin = flat.origins.at(id);
        if (origin.block.empty()) {
            result.layers[id] = facts;
            continue;
        }
        result.blocks[origin.block].emplace(origin.layer, facts);
        LayerFacts &block = result.layers[origin.top];
        block.parameters += facts.parameters;
        block.broken = block.broken || facts.broken;
    }
    for (const auto &[id, source] : flat.outputs) {
        LayerFacts &block = result.layers[id];
        if (const auto found = flatAnalysis.layers.find(source); found != flatAnalysis.layers.end())
            block.output = found->second.output;
        const Layer &layer = *graph.find(id);
        const std::string repeated = findLayer(kBlockType)->label(settingsOf(*findLayer(kBlockType), layer));
        block.label = layer.block + (repeated.empty() ? "" : ", " + repeated);
    }
    result.problems = flat.problems;
    for (Problem &problem : flatAnalysis.problems) {
        if (const auto found = flat.origins.find(problem.layer); found != flat.origins.end()) {
            if (problem.fix && problem.fix->layer != 0) {
                const LayerOrigin &mended = flat.origins.at(problem.fix->layer);
                problem.fix->block = mended.block;
                problem.fix->layer = mended.layer;
            }
            const std::string &name = flat.graph.find(problem.layer)->name;
            if (!found->second.block.empty() && problem.message.find(name) == std::string::npos)
                problem.message = fmt::format("In {}: {}", name, problem.message);
            problem.layer = found->second.top;
            if (problem.block = found->second.block; !problem.block.empty())
                problem.inside = found->second.layer;
        }
        result.problems.push_back(std::move(problem));
    }
    return result;
}

}  // namespace

void applyFix(Graph &graph, const Fix &fix)
{
    if (!fix.block.empty()) {
        if (const Graph *definition = graph.findBlock(fix.block)) {
            Graph body = *definition;
            Fix inside = fix;
            inside.block.clear();
            applyFix(body, inside);
            graph.setBlock(fix.block, std::move(body));
        }
        return;
    }
    Layer *layer = graph.edit(fix.layer);
    if (!layer)
        return;
    const auto *text = std::get_if<std::string>(&fix.value);
    if (text && fix.key == kDeviceKey)
        layer->device = *text;
    else if (text && fix.key == kWeightsOfKey)
        layer->weightsOf = *text;
    else if (text && fix.key == kPrecisionKey)
        layer->precision = *text;
    else if (const auto *factor = std::get_if<double>(&fix.value); factor && fix.key == kRateFactorKey)
        layer->learningRateFactor = *factor;
    else
        layer->parameters[fix.key] = fix.value;
}

GraphAnalysis analyze(const Graph &graph, const std::optional<DataSignature> &data)
{
    if (!hasBlocks(graph))
        return Analyzer(graph, data).run();
    const FlatGraph flat = flatten(graph);
    return foldedUp(graph, flat, Analyzer(flat.graph, data).run());
}

}  // namespace trainyard
