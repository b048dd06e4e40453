#include "engine/train/model.h"

#include <algorithm>
#include <map>

#include "engine/backends/compile_placed.h"

namespace trainyard {

namespace {

constexpr std::size_t kTrain = 0, kEvaluate = 1;

template <typename T>
std::span<const std::byte> bytesOf(const std::vector<T> &values)
{
    return std::as_bytes(std::span(values));
}

// What has to be saved to go on exactly: everything that changes from step to step.
bool isTrainedState(const Value &value)
{
    return value.role == Role::Parameter || value.role == Role::State || value.role == Role::OptimizerState;
}

}  // namespace

DataTypes dataTypesOf(const Dataset &dataset)
{
    return {dataset.features.type, dataset.targets.type, static_cast<std::int64_t>(dataset.featureScale.size()),
            !dataset.targetScale.empty(), {dataset.augment.flipHorizontal, dataset.augment.maxShift}};
}

DataSignature signatureOf(const Dataset &dataset)
{
    DataSignature signature;
    signature.sampleShape = dataset.sampleShape();
    signature.classes = dataset.classes();
    signature.targetWidth = dataset.targetShape().elements();
    signature.trainRows = static_cast<std::int64_t>(dataset.train.size());
    return signature;
}

Status checkGraph(const Graph &graph, const Dataset &dataset)
{
    const GraphAnalysis analysis = analyze(graph, signatureOf(dataset));
    if (analysis.problems.empty())
        return {};
    const Problem &first = analysis.problems.front();
    const Layer *layer = graph.find(first.layer);
    return fail(Error{ErrorCode::InvalidGraph, first.message, layer ? layer->name : "", {}});
}

Result<std::vector<Program>> buildTrainingPrograms(const Graph &graph, const DataTypes &data, const TrainingConfig &config,
                                                   const DeviceInfo &device)
{
    std::vector<Program> programs;
    for (const Mode mode : {Mode::Train, Mode::Evaluate}) {
        BuildOptions options{mode, config.batchSize, config.optimizer};
        options.precision = config.precision;
        options.deviceFusion = device.prefersFusion;
        options.device = device.id;
        TRAINYARD_TRY(Program program, buildProgram(graph, data, options));
        programs.push_back(std::move(program));
    }
    return programs;
}

DeviceSettings deviceSettingsOf(const TrainingConfig &config)
{
    DeviceSettings settings;
    settings.threads = config.threads;
    settings.tf32 = config.tf32;
    settings.autotune = config.autotune;
    settings.memoryLimit = static_cast<std::uint64_t>(config.memoryLimitMiB) << 20;
    settings.reserveMemory = config.reserveMemory;
    return settings;
}

Result<Model> Model::create(const Graph &graph, const Dataset &dataset, const TrainingConfig &config,
                            const DeviceSettings &settings)
{
    TRAINYARD_CHECK(checkGraph(graph, dataset));
    Model model;
    TRAINYARD_TRY(model.m_backend, openBackend(config.device));
    model.m_device = model.m_backend->device();
    TRAINYARD_TRY(model.m_programs, buildTrainingPrograms(graph, dataTypesOf(dataset), config, model.m_device));
    const std::vector<const Program *> programs{&model.m_programs[kTrain], &model.m_programs[kEvaluate]};
    TRAINYARD_TRY(model.m_executable, compilePlaced(programs, *model.m_backend, settings));
    TRAINYARD_CHECK(model.m_executable->allocate());
    TRAINYARD_CHECK(model.bindData(dataset));
    TRAINYARD_CHECK(model.initialize(config.seed));
    return model;
}

Status Model::bindData(const Dataset &dataset)
{
    for (const std::size_t p : {kTrain, kEvaluate}) {
        const Program &program = m_programs[p];
        TRAINYARD_CHECK(m_executable->bind(p, program.features, dataset.features.data));
        TRAINYARD_CHECK(m_executable->bind(p, program.featureOffset, bytesOf(dataset.featureOffset)));
        TRAINYARD_CHECK(m_executable->bind(p, program.featureScale, bytesOf(dataset.featureScale)));
        TRAINYARD_CHECK(m_executable->bind(p, program.targets, dataset.targets.data));
        if (program.targetScale != kNoValue) {
            TRAINYARD_CHECK(m_executable->bind(p, program.targetOffset, bytesOf(dataset.targetOffset)));
            TRAINYARD_CHECK(m_executable->bind(p, program.targetScale, bytesOf(dataset.targetScale)));
        }
    }
    return {};
}

Status Model::initialize(std::uint64_t seed)
{
    const Program &program = m_programs[kTrain];
    std::vector<float> values;
    for (const ParameterInit &init : program.inits) {
        values.resize(static_cast<std::size_t>(program.list.value(init.value).type.shape.elements()));
        fillParameter(program, init, seed, values);
        TRAINYARD_CHECK(m_executable->write(kTrain, init.value, std::as_bytes(std::span(values))));
    }
    return {};
}

Status Model::trainStep(std::span<const std::int32_t> rows, const StepScalars &scalars)
{
    m_executable->setIndices(kTrain, rows);
    return m_executable->run(kTrain, scalars);
}

Result<std::vector<double>> Model::readSums(std::size_t p)
{
    std::vector<double> all, sums;
    for (const MetricSlot &slot : m_programs[p].metrics) {
        sums.resize(static_cast<std::size_t>(m_programs[p].list.value(slot.accumulator).type.shape.elements()));
        TRAINYARD_CHECK(m_executable->read(p, slot.accumulator, std::as_writable_bytes(std::span(sums))));
        all.insert(all.end(), sums.begin(), sums.end());
    }
    return all;
}

Result<std::vector<double>> Model::trainingSums()
{
    return readSums(kTrain);
}

Status Model::setTrainingSums(std::span<const double> sums)
{
    for (const MetricSlot &slot : m_programs[kTrain].metrics) {
        const auto count = static_cast<std::size_t>(m_programs[kTrain].list.value(slot.accumulator).type.shape.elements());
        if (sums.size() < count)
            return fail(ErrorCode::InvalidFile, "The checkpoint's metric sums do not belong to this network.");
        TRAINYARD_CHECK(m_executable->write(kTrain, slot.accumulator, std::as_bytes(sums.first(count))));
        sums = sums.subspan(count);
    }
    return {};
}

std::vector<MetricResult> Model::metricsOf(std::span<const double> sums) const
{
    std::vector<MetricResult> results;
    for (const MetricSlot &slot : m_programs[kTrain].metrics) {
        const auto count = static_cast<std::size_t>(m_programs[kTrain].list.value(slot.accumulator).type.shape.elements());
        results.push_back({slot.name, metricValue(slot.kind, sums.first(count))});
        sums = sums.subspan(count);
    }
    return results;
}

Result<std::vector<MetricResult>> Model::evaluate(std::span<const std::int32_t> rows)
{
    const Program &program = m_programs[kEvaluate];
    for (const MetricSlot &slot : program.metrics) {
        const std::vector<double> zeros(static_cast<std::size_t>(program.list.value(slot.accumulator).type.shape.elements()));
        TRAINYARD_CHECK(m_executable->write(kEvaluate, slot.accumulator, std::as_bytes(std::span(zeros))));
    }
    const auto batch = static_cast<std::size_t>(program.batchSize);
    for (std::size_t begin = 0; begin < rows.size(); begin += batch) {
        const auto part = rows.subspan(begin, std::min(batch, rows.size() - begin));
        m_paddedRows.assign(part.begin(), part.end());
        m_paddedRows.resize(batch, 0);
        m_executable->setIndices(kEvaluate, m_paddedRows);
        TRAINYARD_CHECK(m_executable->run(kEvaluate, {0, 0, 0.0f, static_cast<std::int32_t>(part.size())}));
    }
    TRAINYARD_TRY(const std::vector<double> sums, readSums(kEvaluate));
    return metricsOf(sums);
}

Result<SafetensorsFile> Model::tensors()
{
    SafetensorsFile file;
    const OpList &list = m_programs[kTrain].list;
    for (std::size_t i = 0; i < list.values.size(); ++i) {
        if (!isTrainedState(list.values[i]))
            continue;
        NamedTensor tensor{list.values[i].name, HostTensor(list.values[i].type)};
        TRAINYARD_CHECK(m_executable->read(kTrain, static_cast<ValueId>(i), tensor.tensor.data));
        file.tensors.push_back(std::move(tensor));
    }
    return file;
}

Status Model::restore(const SafetensorsFile &tensors)
{
    std::map<std::string_view, const HostTensor *> byName;
    for (const NamedTensor &tensor : tensors.tensors)
        byName[tensor.name] = &tensor.tensor;
    const OpList &list = m_programs[kTrain].list;
    for (std::size_t i = 0; i < list.values.size(); ++i) {
        const Value &value = list.values[i];
        if (!isTrainedState(value))
            continue;
        const auto found = byName.find(value.name);
        if (found == byName.end())
            return fail(ErrorCode::InvalidFile, "The checkpoint has no tensor {}. It belongs to another network.", value.name);
        if (found->second->type != value.type)
            return fail(ErrorCode::InvalidFile, "The checkpoint's tensor {} is {}, the network's is {}. It belongs to another network.",
                        value.name, found->second->type.shape.text(), value.type.shape.text());
        TRAINYARD_CHECK(m_executable->write(kTrain, static_cast<ValueId>(i), found->second->data));
    }
    return {};
}

}  // namespace trainyard
