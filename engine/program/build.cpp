#include "engine/program/build.h"

#include <algorithm>
#include <map>

#include "engine/graph/flatten.h"
#include "engine/layers/loss_layer.h"
#include "engine/program/step_end.h"

namespace trainyard {

namespace {

class ProgramBuilder {
public:
    ProgramBuilder(const Graph &graph, const DataTypes &data, const BuildOptions &options)
        : m_graph(graph), m_data(data), m_options(options), m_builder(m_program.list)
    {
        m_program.mode = options.mode;
        m_program.batchSize = options.batchSize;
    }

    Result<Program> build()
    {
        lookAtLosses();
        TRAINYARD_CHECK(gatherBatch());
        TRAINYARD_CHECK(emitLayers());
        TRAINYARD_CHECK(emitMetrics());
        m_program.backwardBegin = m_program.updateBegin = m_program.list.ops.size();
        if (m_options.mode == Mode::Train)
            TRAINYARD_CHECK(emitBackwardAndUpdate());
        m_program.inits = m_builder.inits();
        if (m_options.emaDecay > 0 && m_options.mode != Mode::Train)
            readAverages(m_program, m_layers);
        std::vector<std::int32_t> devices;
        for (const LayerTraining &layer : m_layers)
            devices.push_back(layer.device);
        placeOps(m_program, devices);  // before the passes, which leave ops of two devices apart
        if (m_options.optimize) {
            removeDeadOps(m_program);
            fuseActivations(m_program);
        }
        TRAINYARD_CHECK(lowerPrecision(m_program, m_options.precision, m_float32Layers));
        if (m_options.deviceFusion) {
            fuseLossGradient(m_program);
            fuseElementwise(m_program);
        }
        return std::move(m_program);
    }

private:
    ValueId datasetValue(DType dtype, Shape shape, const char *name)
    {
        return m_builder.addValue({dtype, std::move(shape)}, Role::Dataset, name);
    }

    Status gatherBatch()
    {
        m_program.indices = m_builder.addValue({DType::I32, Shape{m_options.batchSize}}, Role::Data, "batch/indices");
        m_program.features = m_options.ownSamples ? m_builder.addValue({m_data.features.dtype, m_data.features.shape.withoutBatch().withBatch(m_options.batchSize)},
                                                                       Role::Data, "batch/samples")
                                                  : datasetValue(m_data.features.dtype, m_data.features.shape, "dataset/features");
        m_program.featureOffset = datasetValue(DType::F32, Shape{m_data.featureScaleLength}, "dataset/feature_offset");
        m_program.featureScale = datasetValue(DType::F32, Shape{m_data.featureScaleLength}, "dataset/feature_scale");
        OpAttributes augmentation;
        if (m_options.mode == Mode::Train && m_data.augmentation.any())
            augmentation = m_data.augmentation;
        TRAINYARD_TRY(m_batchFeatures,
                      m_builder.addOne(OpKind::GatherRows, augmentation,
                                       {m_program.features, m_program.indices, m_program.featureOffset, m_program.featureScale}));
        if (m_options.mode == Mode::Predict)
            return {};
        // Samples as their own targets are gathered a second time, moved alike: these stay float32 in any precision, and lie
        // where the loss is.
        const bool ownTargets = m_data.targets.shape.rank() == 0;
        if (ownTargets || m_comparesWithInput) {
            TRAINYARD_TRY(m_batchSamples,
                          m_builder.addOne(OpKind::GatherRows, augmentation,
                                           {m_program.features, m_program.indices, m_program.featureOffset, m_program.featureScale}));
        }
        if (ownTargets) {
            m_batchTargets = m_batchSamples;
            return {};
        }
        m_program.targets = datasetValue(m_data.targets.dtype, m_data.targets.shape, "dataset/targets");
        if (m_data.scaledTargets) {
            const Shape columns = m_data.targets.shape.withoutBatch();
            m_program.targetOffset = datasetValue(DType::F32, columns, "dataset/target_offset");
            m_program.targetScale = datasetValue(DType::F32, columns, "dataset/target_scale");
        }
        TRAINYARD_TRY(m_batchTargets,
                      m_builder.addOne(OpKind::GatherRows, NoAttributes{},
                                       {m_program.targets, m_program.indices, m_program.targetOffset, m_program.targetScale}));
        return {};
    }

    // The loss layer that was added first, and whether any compares with the samples instead of the targets.
    void lookAtLosses()
    {
        for (const Layer &layer : m_graph.layers())
            if (const LayerSpec *spec = findLayer(layer.type); spec && spec->category == Category::Loss) {
                m_firstLoss = m_firstLoss == 0 ? layer.id : std::min(m_firstLoss, layer.id);
                m_comparesWithInput = m_comparesWithInput || comparesWithInput(settingsOf(*spec, layer));
            }
    }

    // Of a device's name in Program::devices; 0 where it is the run's.
    std::int32_t deviceIndex(const std::string &name)
    {
        auto &devices = m_program.devices;
        if (name == m_options.device)
            return 0;
        const auto found = std::find(devices.begin(), devices.end(), name);
        if (found == devices.end())
            devices.push_back(name);
        return static_cast<std::int32_t>(std::find(devices.begin(), devices.end(), name) - devices.begin());
    }

    // By name: layers that share weights come before and after the one whose they are.
    void freezeParameters(const std::string &owner)
    {
        const std::string prefix = owner + "/";
        for (Value &value : m_program.list.values)
            if (value.name.starts_with(prefix))
                value.trainable = false;
    }

    // A loss computes as what it judges does: predictions in float32 would be of little use to it otherwise.
    bool isFloat32(const Layer &layer, const LayerSpec &spec) const
    {
        const auto asked = [](const Layer &one) { return one.precision == kFloat32Exception; };
        const std::vector<Wire> wires = m_graph.wiresInto(layer.id);
        return asked(layer) || (spec.category == Category::Loss && !wires.empty() && asked(*m_graph.find(wires.front().from)));
    }

    // Samples are gathered where the input layer is and targets where the loss is: only they use them, and the data set
    // lies there. Several input layers share the batch; the last one's device is as good as any.
    void placeGather(ValueId batch, std::int32_t layer)
    {
        for (Op &op : m_program.list.ops)
            if (op.kind == OpKind::GatherRows && op.outputs[0] == batch)
                op.device = m_layers[static_cast<std::size_t>(layer)].device;
    }

    Status emitLayers()
    {
        TRAINYARD_TRY(const std::vector<LayerId> order, m_graph.topologicalOrder());
        std::map<LayerId, ValueId> outputs;
        for (const LayerId id : order) {
            const Layer &layer = *m_graph.find(id);
            const LayerSpec *spec = findLayer(layer.type);
            if (!spec)
                return fail(ErrorCode::InvalidGraph, "{} has the type {}, which this program does not know.", layer.name,
                            layer.type);
            std::vector<ValueId> inputs;
            std::vector<Shape> shapes;
            for (const Wire &wire : m_graph.wiresInto(id)) {
                inputs.push_back(outputs.at(wire.from));
                shapes.push_back(m_builder.shape(inputs.back()).withoutBatch());
            }
            const LayerSettings settings = settingsOf(*spec, layer);
            const ShapeResult shape = spec->inferShape(settings, shapes);
            if (!shape)
                return fail(Error{ErrorCode::InvalidGraph, shape.error().message, layer.name, {}});
            const auto index = static_cast<std::int32_t>(m_program.layerNames.size());
            m_builder.setLayer(index);
            m_program.layerNames.push_back(layer.name);
            m_float32Layers.push_back(isFloat32(layer, *spec));
            m_layers.push_back({deviceIndex(layer.device), layer.frozen, static_cast<float>(layer.learningRateFactor)});
            TRAINYARD_TRY(const std::string owner, weightsOwner(m_graph, layer));
            EmitContext context{m_builder, settings, owner, inputs, *shape, m_options.mode,
                                static_cast<std::uint32_t>(id), m_batchFeatures, m_batchTargets, m_batchSamples, m_data.classCounts, {}};
            context.frozen = layer.frozen;
            TRAINYARD_CHECK(checkNumbers(*spec, context));
            auto output = spec->emitOps(context);
            if (!output) {
                output.error().node = layer.name;
                return fail(output.error());
            }
            if (!m_builder.sharingProblem().empty())
                return fail(Error{ErrorCode::InvalidGraph, m_builder.sharingProblem(), layer.name, {}});
            outputs[id] = *output;
            if (layer.frozen)
                freezeParameters(owner);
            if (spec->category == Category::Input)
                placeGather(m_batchFeatures, index);
            if (spec->category == Category::Loss) {
                m_heads.push_back({layer.name, context.report});
                if (id == m_firstLoss) {
                    placeGather(m_batchTargets, index);
                    if (m_batchSamples != kNoValue && m_batchSamples != m_batchTargets)
                        placeGather(m_batchSamples, index);
                    m_lossLayer = index;
                    m_program.predictions = inputs.at(0);
                    m_judged = context.report;
                }
            }
        }
        return {};
    }

    // Layers that look indices up say so themselves where they get something else.
    Status checkNumbers(const LayerSpec &spec, const EmitContext &context) const
    {
        for (const ValueId input : context.inputs)
            if (!spec.takesIndices() && m_builder.value(input).type.dtype == DType::I32)
                return fail(Error{ErrorCode::InvalidGraph,
                                  fmt::format("{} computes with measured numbers, but the data are indices of tokens. Put an embedding layer between the "
                                              "input and it.",
                                              context.name),
                                  context.name, {}});
        return {};
    }

    // The sum of the heads' losses, which have their weights already.
    Status addLosses()
    {
        m_builder.setLayer(m_lossLayer);
        for (const Head &head : m_heads) {
            if (m_program.loss == kNoValue) {
                m_program.loss = head.report.loss;
                continue;
            }
            TRAINYARD_TRY(m_program.loss, m_builder.addOne(OpKind::Add, NoAttributes{}, {m_program.loss, head.report.loss}));
        }
        return {};
    }

    void addSlot(MetricSlot slot)
    {
        auto &all = m_program.accumulators;
        if (slot.accumulator != kNoValue && std::find(all.begin(), all.end(), slot.accumulator) == all.end()) {
            all.push_back(slot.accumulator);
            // The programs of one step count together; evaluation counts for itself.
            m_program.list.value(slot.accumulator).kept = m_options.mode == Mode::Train && m_options.accumulationSteps > 1;
        }
        m_program.metrics.push_back(std::move(slot));
    }

    Status emitMetrics()
    {
        if (m_options.mode == Mode::Predict)
            return {};
        TRAINYARD_CHECK(addLosses());
        m_program.scores = m_judged.scores;
        m_program.ignoreIndex = m_judged.ignoreIndex;
        const bool ofData = m_judged.targets == m_batchTargets && m_program.targets != kNoValue;
        MetricEmitter emitter(m_builder, {m_judged, m_program.loss, m_program.predictions, ofData ? m_program.targetScale : kNoValue,
                                          m_builder.shape(m_program.predictions).back(), ofData});
        auto fitting = chooseMetrics(m_options.metrics, emitter.task());
        if (!fitting) {
            Error error = fitting.error();
            error.node = m_heads.front().name;
            error.message = fmt::format("In {}: {}", error.node, error.message);
            return fail(std::move(error));
        }
        const std::vector<MetricChoice> &chosen = *fitting;
        for (const MetricChoice &choice : chosen) {
            ValueId sums = kNoValue;
            if (choice.spec->emitOps) {
                TRAINYARD_TRY(sums, choice.spec->emitOps(emitter, choice));
            }
            addSlot({choice, choice.name, sums});
        }
        for (std::size_t i = 0; m_heads.size() > 1 && i < m_heads.size(); ++i) {
            const std::string name = kHeadLoss + m_heads[i].name;
            TRAINYARD_TRY(const ValueId sums, emitter.sums(name, Shape{2}, OpKind::AccumulateLoss, NoAttributes{}, {m_heads[i].report.loss}));
            addSlot({chosen.front(), name, sums});
        }
        return {};
    }

    Status emitBackwardAndUpdate()
    {
        std::vector<std::pair<ValueId, ValueId>> gradients;
        std::vector<ValueId> losses;
        for (const Head &head : m_heads)
            losses.push_back(head.report.loss);
        TRAINYARD_CHECK(differentiate(m_builder, losses, gradients));
        return emitStepEnd(m_program, m_builder, m_options, m_layers, gradients);
    }

    const Graph &m_graph;
    const DataTypes &m_data;
    const BuildOptions &m_options;
    Program m_program;
    OpBuilder m_builder;
    ValueId m_batchFeatures = kNoValue, m_batchTargets = kNoValue, m_batchSamples = kNoValue;
    struct Head {
        std::string name;
        LossReport report;
    };
    std::vector<Head> m_heads;  // the loss layers
    LayerId m_firstLoss = 0;
    LossReport m_judged;        // the first one's
    bool m_comparesWithInput = false;
    std::vector<LayerTraining> m_layers;
    std::vector<bool> m_float32Layers;  // whatever the run's precision
    std::int32_t m_lossLayer = -1;
};

}  // namespace

Result<Program> buildProgram(const Graph &graph, const DataTypes &data, const BuildOptions &options)
{
    const GraphAnalysis analysis = analyze(graph);
    if (!analysis.problems.empty()) {
        const Problem &first = analysis.problems.front();
        const Layer *layer = graph.find(first.layer);
        return fail(Error{ErrorCode::InvalidGraph, first.message, layer ? layer->name : "", {}});
    }
    if (options.batchSize < 1)
        return fail(ErrorCode::InvalidArgument, "The batch size is {}. It must be at least 1.", options.batchSize);
    if (options.mode == Mode::Train)
        TRAINYARD_CHECK(checkOptimizer(options.optimizer));
    if (hasBlocks(graph)) {
        const FlatGraph flat = flatten(graph);
        return ProgramBuilder(flat.graph, data, options).build();
    }
    return ProgramBuilder(graph, data, options).build();
}

}  // namespace trainyard
