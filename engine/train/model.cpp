#include "engine/train/model.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "engine/train/score_reader.h"

namespace trainyard {

namespace {

constexpr std::size_t kTrain = kTrainProgram, kEvaluate = kEvaluateProgram, kAccumulate = kAccumulateProgram;

template <typename T>
std::span<const std::byte> bytesOf(const std::vector<T> &values)
{
    return std::as_bytes(std::span(values));
}

// What has to be saved to go on exactly: everything that changes from step to step.
bool isTrainedState(const Value &value)
{
    if (value.role == Role::OptimizerState && value.name.starts_with(gradientSumName("")))
        return false;  // zero between steps
    return value.role == Role::Parameter || value.role == Role::State || value.role == Role::OptimizerState;
}

// Of the training part; empty where there are no classes.
std::vector<std::int64_t> classCounts(const Dataset &dataset)
{
    std::vector<std::int64_t> counts(static_cast<std::size_t>(dataset.classes()));
    if (counts.empty() || !dataset.hasTargets())
        return counts;
    const Shape shape = dataset.targetShape();
    const auto perRow = static_cast<std::size_t>(shape.elements());
    for (const std::int32_t row : dataset.train) {
        const std::size_t begin = static_cast<std::size_t>(row) * perRow;
        if (dataset.targets.type.dtype == DType::I32) {
            for (const std::int32_t target : dataset.targets.as<std::int32_t>().subspan(begin, perRow))
                if (target >= 0 && static_cast<std::size_t>(target) < counts.size())
                    ++counts[static_cast<std::size_t>(target)];
        } else {
            const auto values = dataset.targets.as<float>().subspan(begin, perRow);
            ++counts[static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin()) % counts.size()];
        }
    }
    return counts;
}

bool isNextTokens(const Dataset &dataset)
{
    return !dataset.vocabulary.empty() && dataset.classNames == dataset.vocabulary && dataset.sampleShape().rank() == 1
           && dataset.targets.type == dataset.features.type;
}

// Each batch of a step draws its own random numbers; the first one as a step of one batch does.
std::uint64_t seedOfBatch(std::uint64_t seed, std::size_t batch)
{
    return seed ^ (batch * 0x9E3779B97F4A7C15u);
}

}  // namespace

DataTypes dataTypesOf(const Dataset &dataset)
{
    return {dataset.features.type, dataset.targets.type, static_cast<std::int64_t>(dataset.featureScale.size()),
            !dataset.targetScale.empty(), {dataset.augment.flipHorizontal, dataset.augment.maxShift}, classCounts(dataset),
            isNextTokens(dataset)};
}

DataSignature signatureOf(const Dataset &dataset)
{
    DataSignature signature;
    signature.sampleShape = dataset.sampleShape();
    signature.classes = dataset.classes();
    signature.targetWidth = dataset.targetShape().elements();
    if (!dataset.hasTargets() || dataset.targets.type.dtype == DType::I32)
        signature.targetShape = dataset.targetShape();
    signature.vocabulary = static_cast<std::int64_t>(dataset.vocabulary.size());
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
    TRAINYARD_TRY(CompiledTraining compiled, compileTraining(graph, dataTypesOf(dataset), config, *model.m_backend, settings));
    model.m_programs = std::move(compiled.programs);
    model.m_executable = std::move(compiled.executable);
    if (model.m_programs.back().mode == Mode::Predict)
        model.m_lookKind = probeOf(dataTypesOf(dataset), config);
    model.m_recomputation = std::move(compiled.recomputation);
    TRAINYARD_CHECK(model.m_executable->allocate());
    model.m_dataset = &dataset;
    TRAINYARD_CHECK(model.bindData(dataset));
    TRAINYARD_CHECK(model.initialize(config.seed));
    return model;
}

Status Model::bindData(const Dataset &dataset)
{
    for (std::size_t p = 0; p < m_programs.size(); ++p) {
        const Program &program = m_programs[p];
        if (program.list.value(program.features).role == Role::Dataset)
            TRAINYARD_CHECK(m_executable->bind(p, program.features, dataset.features.data));
        TRAINYARD_CHECK(m_executable->bind(p, program.featureOffset, bytesOf(dataset.featureOffset)));
        TRAINYARD_CHECK(m_executable->bind(p, program.featureScale, bytesOf(dataset.featureScale)));
        if (program.targets != kNoValue)
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
        TRAINYARD_CHECK(writeFirst(init.value, values));
    }
    return {};
}

// Before the first step: the running average begins with what it is an average of.
Status Model::writeFirst(ValueId parameter, std::span<const float> values)
{
    TRAINYARD_CHECK(m_executable->write(kTrain, parameter, std::as_bytes(values)));
    for (const auto &[value, average] : m_programs[kTrain].averages)
        if (value == parameter)
            TRAINYARD_CHECK(m_executable->write(kTrain, average, std::as_bytes(values)));
    return {};
}

Status Model::setParameter(std::string_view name, std::span<const float> values)
{
    const Program &program = m_programs[kTrain];
    const auto init = std::find_if(program.inits.begin(), program.inits.end(),
                                   [&](const ParameterInit &one) { return program.list.value(one.value).name == name; });
    if (init == program.inits.end())
        return fail(ErrorCode::NotFound, "The network has no parameter {}.", name);
    const Shape &shape = program.list.value(init->value).type.shape;
    if (static_cast<std::size_t>(shape.elements()) != values.size())
        return fail(ErrorCode::InvalidArgument, "The parameter {} is {}, {} values were given.", name, shape.text(), values.size());
    return writeFirst(init->value, values);
}

std::size_t Model::beginBatch(std::size_t batch, std::span<const std::int32_t> rows, StepScalars &scalars)
{
    const auto size = static_cast<std::size_t>(m_programs[kTrain].batchSize);
    const std::size_t begin = std::min(batch * size, rows.size()), end = std::min(begin + size, rows.size());
    const std::size_t program = end == rows.size() ? kTrain : kAccumulate;
    m_executable->setIndices(program, rows.subspan(begin, end - begin));
    scalars.seed = seedOfBatch(scalars.seed, batch);
    return program;
}

Status Model::trainStep(std::span<const std::int32_t> rows, const StepScalars &scalars)
{
    for (std::size_t batch = 0, program = kAccumulate; program != kTrain; ++batch) {
        StepScalars own = scalars;
        program = beginBatch(batch, rows, own);
        TRAINYARD_CHECK(m_executable->run(program, own));
    }
    return {};
}

Result<std::optional<NonFinite>> Model::trainStepChecked(std::span<const std::int32_t> rows, const StepScalars &scalars)
{
    for (std::size_t batch = 0, program = kAccumulate; program != kTrain; ++batch) {
        StepScalars own = scalars;
        program = beginBatch(batch, rows, own);
        TRAINYARD_TRY(auto found, runChecked(*m_executable, program, m_programs[program], own));
        if (found)
            return found;
    }
    return std::nullopt;
}

Result<std::vector<double>> Model::readSums(std::size_t p)
{
    std::vector<double> all, sums;
    for (const ValueId accumulator : m_programs[p].accumulators) {
        sums.resize(static_cast<std::size_t>(m_programs[p].list.value(accumulator).type.shape.elements()));
        TRAINYARD_CHECK(m_executable->read(p, accumulator, std::as_writable_bytes(std::span(sums))));
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
    for (const ValueId accumulator : m_programs[kTrain].accumulators) {
        const auto count = static_cast<std::size_t>(m_programs[kTrain].list.value(accumulator).type.shape.elements());
        if (sums.size() < count)
            return fail(ErrorCode::InvalidFile, "The checkpoint's metric sums do not belong to this network.");
        TRAINYARD_CHECK(m_executable->write(kTrain, accumulator, std::as_bytes(sums.first(count))));
        sums = sums.subspan(count);
    }
    return {};
}

std::vector<MetricResult> Model::metricsOf(std::span<const double> sums) const
{
    return metricsOf(m_programs[kTrain], sums);
}

std::vector<MetricResult> Model::metricsOf(const Program &program, std::span<const double> sums) const
{
    std::vector<MetricResult> results;
    for (const MetricSlot &slot : program.metrics)
        results.push_back({slot.name, metricValue(program, slot, sums), slot.choice.spec->ofScores == nullptr});
    return results;
}

Result<std::vector<MetricResult>> Model::evaluate(std::span<const std::int32_t> rows)
{
    const Program &program = m_programs[kEvaluate];
    for (const ValueId accumulator : program.accumulators) {
        const std::vector<double> zeros(static_cast<std::size_t>(program.list.value(accumulator).type.shape.elements()));
        TRAINYARD_CHECK(m_executable->write(kEvaluate, accumulator, std::as_bytes(std::span(zeros))));
    }
    std::optional<ScoreReader> scores;  // costs time and memory: only where a metric wants it
    if (std::any_of(program.metrics.begin(), program.metrics.end(), [](const MetricSlot &slot) { return slot.choice.spec->ofScores != nullptr; }))
        scores.emplace(program, *m_dataset);
    const auto batch = static_cast<std::size_t>(program.batchSize);
    for (std::size_t begin = 0; begin < rows.size(); begin += batch) {
        const auto part = rows.subspan(begin, std::min(batch, rows.size() - begin));
        m_paddedRows.assign(part.begin(), part.end());
        m_paddedRows.resize(batch, 0);
        m_executable->setIndices(kEvaluate, m_paddedRows);
        TRAINYARD_CHECK(m_executable->run(kEvaluate, {0, 0, 0.0f, static_cast<std::int32_t>(part.size())}));
        if (scores)
            TRAINYARD_CHECK(scores->take(*m_executable, kEvaluate, part));
    }
    TRAINYARD_TRY(const std::vector<double> sums, readSums(kEvaluate));
    std::vector<MetricResult> results = metricsOf(program, sums);
    for (std::size_t i = 0; i < results.size(); ++i)
        if (const auto &ofScores = program.metrics[i].choice.spec->ofScores)
            results[i] = {results[i].name, ofScores(scores->table()), true};
    return results;
}

Status Model::look(std::span<const std::byte> samples, std::size_t rows, std::vector<float> &predictions)
{
    const std::size_t p = m_programs.size() - 1;
    const Program &program = m_programs[p];
    m_paddedRows.resize(static_cast<std::size_t>(program.batchSize));
    std::iota(m_paddedRows.begin(), m_paddedRows.end(), 0);
    m_executable->setIndices(p, m_paddedRows);
    TRAINYARD_CHECK(m_executable->write(p, program.features, samples));
    TRAINYARD_CHECK(m_executable->run(p, {0, 0, 0.0f, static_cast<std::int32_t>(rows)}));
    const TensorType &type = program.list.value(program.predictions).type;
    m_predictions.resize(type.bytes());
    TRAINYARD_CHECK(m_executable->read(p, program.predictions, m_predictions));
    predictions.clear();
    appendFloats(type.dtype, m_predictions, predictions);
    return {};
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
