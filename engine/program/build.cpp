#include "engine/program/build.h"

#include <algorithm>
#include <map>

namespace trainyard {

namespace {

// Which metrics a loss layer's predictions are judged by. Adding a loss: one row.
struct LossMetrics {
    const char *lossType;
    std::vector<MetricKind> metrics;
};

const std::vector<LossMetrics> &lossMetrics()
{
    static const std::vector<LossMetrics> table{
        {"softmax_cross_entropy", {MetricKind::Accuracy}},
        {"mean_squared_error", {MetricKind::MeanAbsoluteError, MetricKind::R2}},
    };
    return table;
}

struct MetricRow {
    MetricKind kind;
    const char *name;
};
constexpr MetricRow kMetricNames[] = {{MetricKind::Loss, "loss"},
                                      {MetricKind::Accuracy, "accuracy"},
                                      {MetricKind::MeanAbsoluteError, "mean_absolute_error"},
                                      {MetricKind::R2, "r2"}};

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
        TRAINYARD_CHECK(gatherBatch());
        TRAINYARD_CHECK(emitLayers());
        TRAINYARD_CHECK(emitMetrics());
        m_program.backwardBegin = m_program.updateBegin = m_program.list.ops.size();
        if (m_options.mode == Mode::Train)
            TRAINYARD_CHECK(emitBackwardAndUpdate());
        m_program.inits = m_builder.inits();
        placeOps(m_program, m_layerDevices);  // before the passes, which leave ops of two devices apart
        if (m_options.optimize) {
            removeDeadOps(m_program);
            fuseActivations(m_program);
        }
        TRAINYARD_CHECK(lowerPrecision(m_program, m_options.precision));
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
        m_program.features = datasetValue(m_data.features.dtype, m_data.features.shape, "dataset/features");
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

    // Samples are gathered where the input layer is and targets where the loss is: only they use them, and the data set
    // lies there. Several input layers share the batch; the last one's device is as good as any.
    void placeGather(ValueId batch, std::int32_t layer)
    {
        for (Op &op : m_program.list.ops)
            if (op.kind == OpKind::GatherRows && op.outputs[0] == batch)
                op.device = m_layerDevices[static_cast<std::size_t>(layer)];
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
            m_layerDevices.push_back(deviceIndex(layer.device));
            EmitContext context{m_builder, settings, layer.name, inputs, *shape, m_options.mode,
                                static_cast<std::uint32_t>(id), m_batchFeatures, m_batchTargets};
            auto output = spec->emitOps(context);
            if (!output) {
                output.error().node = layer.name;
                return fail(output.error());
            }
            outputs[id] = *output;
            if (spec->category == Category::Input)
                placeGather(m_batchFeatures, index);
            if (spec->category == Category::Loss) {
                placeGather(m_batchTargets, index);
                m_lossLayer = index;
                m_lossType = layer.type;
                m_program.predictions = inputs.at(0);
                m_program.loss = context.loss;
            }
        }
        return {};
    }

    Result<ValueId> addMetric(MetricKind kind, Shape sums)
    {
        for (const MetricRow &row : kMetricNames)
            if (row.kind == kind) {
                const ValueId accumulator =
                    m_builder.addValue({DType::F64, std::move(sums)}, Role::Metric, std::string("metric/") + row.name);
                m_program.metrics.push_back({kind, row.name, accumulator});
                return accumulator;
            }
        return fail(ErrorCode::Internal, "A metric has no name.");
    }

    Status emitMetrics()
    {
        if (m_options.mode == Mode::Predict)
            return {};
        m_builder.setLayer(m_lossLayer);
        const ValueId predictions = m_program.predictions, targets = m_batchTargets;
        TRAINYARD_TRY(const ValueId lossSums, addMetric(MetricKind::Loss, Shape{2}));
        TRAINYARD_CHECK(m_builder.add(OpKind::AccumulateLoss, NoAttributes{}, {m_program.loss, lossSums}, {lossSums}));
        for (const LossMetrics &row : lossMetrics()) {
            if (m_lossType != row.lossType)
                continue;
            for (const MetricKind kind : row.metrics) {
                const std::int64_t columns = m_builder.shape(predictions).back();
                TRAINYARD_TRY(const ValueId sums, addMetric(kind, kind == MetricKind::R2 ? Shape{4, columns} : Shape{2}));
                if (kind == MetricKind::Accuracy) {
                    TRAINYARD_CHECK(m_builder.add(OpKind::AccumulateAccuracy, NoAttributes{}, {predictions, targets, sums}, {sums}));
                } else if (kind == MetricKind::MeanAbsoluteError) {
                    TRAINYARD_CHECK(m_builder.add(OpKind::AccumulateAbsoluteError, NoAttributes{},
                                                  {predictions, targets, m_program.targetScale, sums}, {sums}));
                } else if (kind == MetricKind::R2) {
                    TRAINYARD_CHECK(m_builder.add(OpKind::AccumulateR2, NoAttributes{}, {predictions, targets, sums}, {sums}));
                }
            }
        }
        return {};
    }

    Status emitBackwardAndUpdate()
    {
        std::vector<std::pair<ValueId, ValueId>> gradients;
        TRAINYARD_CHECK(differentiate(m_builder, m_program.loss, gradients));
        m_program.updateBegin = m_program.list.ops.size();
        if (gradients.empty())
            return {};  // nothing to train: a network without parameters still runs and is measured
        m_builder.setLayer(-1);
        const OptimizerSpec *optimizer = findOptimizer(m_options.optimizer.type);
        if (!optimizer)
            return fail(ErrorCode::InvalidArgument, "There is no optimizer {}. Choose sgd, adam or adamw.", m_options.optimizer.type);
        const OptimizerConfig &config = m_options.optimizer;
        const auto onDevice = [&](const auto &pair) { return deviceOf(m_builder.value(pair.first)); };
        const auto elsewhere = [&](const auto &pair) { return onDevice(pair) != onDevice(gradients.front()); };
        if (config.clipNorm > 0 && std::any_of(gradients.begin(), gradients.end(), elsewhere))
            return fail(ErrorCode::Unsupported, "A clip norm needs all layers with parameters on one device, because it is the norm of all gradients "
                                                "together. Set a clip value instead, or place these layers on the run's device.");
        // One update per device, of the parameters that live there.
        for (std::size_t device = 0; device < m_program.devices.size(); ++device) {
            std::vector<std::pair<ValueId, ValueId>> own;
            for (const auto &pair : gradients)
                if (onDevice(pair) == static_cast<std::int32_t>(device))
                    own.push_back(pair);
            if (own.empty())
                continue;
            const std::size_t before = m_program.list.ops.size();
            TRAINYARD_CHECK(emitClipping(own));
            TRAINYARD_CHECK(optimizer->emitOps(m_builder, config, own));
            for (std::size_t i = before; i < m_program.list.ops.size(); ++i)
                m_program.list.ops[i].device = static_cast<std::int32_t>(device);
        }
        return {};
    }

    Status emitClipping(const std::vector<std::pair<ValueId, ValueId>> &pairs)
    {
        const ClipAttributes clip{static_cast<float>(m_options.optimizer.clipNorm), static_cast<float>(m_options.optimizer.clipValue)};
        if (clip == ClipAttributes())
            return {};
        std::vector<ValueId> gradients;
        for (const auto &[parameter, gradient] : pairs)
            gradients.push_back(gradient);
        TRAINYARD_CHECK(m_builder.add(OpKind::ClipGradients, clip, gradients, gradients));
        return {};
    }

    std::int32_t deviceOf(const Value &value) const
    {
        return value.layer < 0 ? 0 : m_layerDevices[static_cast<std::size_t>(value.layer)];
    }

    const Graph &m_graph;
    const DataTypes &m_data;
    const BuildOptions &m_options;
    Program m_program;
    OpBuilder m_builder;
    ValueId m_batchFeatures = kNoValue, m_batchTargets = kNoValue;
    std::string m_lossType;
    std::vector<std::int32_t> m_layerDevices;  // index into Program::devices, per layer
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
    return ProgramBuilder(graph, data, options).build();
}

}  // namespace trainyard
