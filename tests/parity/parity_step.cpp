// trainyard-parity FOLDER STEPS STEPS_PER_EPOCH: predictions of a network and what its first training steps make of its weights, for
// parity.py, which does the same in PyTorch. Reads FOLDER/graph.json, training.json and batch.safetensors (features and targets
// of one batch) and, where it is there, weights.safetensors to start from, all of which must match. Writes
// FOLDER/start.safetensors (the first weights) and end.safetensors (weights after the steps, "predictions" of the first weights,
// and the "loss" of each step).
#include <charconv>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "engine/backends/backend.h"
#include "engine/base/file.h"
#include "engine/exchange/safetensors.h"
#include "engine/train/model.h"
#include "engine/train/schedules/learning_rate.h"
#include "engine/train/start_weights.h"

using namespace trainyard;

namespace {

Result<nlohmann::ordered_json> readJson(const std::filesystem::path &path)
{
    TRAINYARD_TRY(const std::string text, readFile(path));
    auto json = nlohmann::ordered_json::parse(text, nullptr, false);
    if (json.is_discarded())
        return fail(ErrorCode::InvalidFile, "{} is no JSON.", path.string());
    return json;
}

Result<SafetensorsFile> weights(Executable &executable, const Program &program)
{
    SafetensorsFile file;
    for (const ParameterInit &init : program.inits) {
        NamedTensor tensor{program.list.value(init.value).name, HostTensor(program.list.value(init.value).type)};
        TRAINYARD_CHECK(executable.read(0, init.value, tensor.tensor.data));
        file.tensors.push_back(std::move(tensor));
    }
    return file;
}

// The first weights from a file, in place of the seed's.
Status startFrom(const std::filesystem::path &file, const Graph &graph, const Program &program, Executable &executable)
{
    TRAINYARD_TRY(const WeightSource source, WeightSource::open(file));
    const WeightMatch match = matchWeights(networkTensors(graph, program), source.header(), {});
    if (match.loadedTensors() != match.tensors.size() || !match.unused.empty())
        return fail(ErrorCode::InvalidFile, "Not everything matches: {}", weightMatchToJson(match).dump());
    for (const TensorMatch &one : match.tensors) {
        TRAINYARD_TRY(const std::vector<float> values, readMatched(source, one));
        for (const ParameterInit &init : program.inits)
            if (program.list.value(init.value).name == one.target.name)
                TRAINYARD_CHECK(executable.write(0, init.value, std::as_bytes(std::span(values))));
    }
    return {};
}

Status run(const std::filesystem::path &folder, std::int64_t steps, std::int64_t stepsPerEpoch)
{
    TRAINYARD_TRY(const auto graphJson, readJson(folder / "graph.json"));
    TRAINYARD_TRY(const auto trainingJson, readJson(folder / "training.json"));
    TRAINYARD_TRY(const Graph graph, graphFromJson(graphJson, {}));
    TRAINYARD_TRY(const TrainingConfig config, trainingFromJson(trainingJson));
    TRAINYARD_TRY(const SafetensorsFile batch, readSafetensors(folder / "batch.safetensors"));
    Dataset data;
    for (const NamedTensor &tensor : batch.tensors)
        (tensor.name == "features" ? data.features : data.targets) = tensor.tensor;
    const std::int64_t rows = data.features.type.shape[0];
    for (std::int64_t row = 0; row < rows; ++row)
        data.train.push_back(static_cast<std::int32_t>(row));

    TRAINYARD_TRY(const auto backend, openBackend("cpu"));
    std::vector<Program> programs;
    for (const Mode mode : {Mode::Train, Mode::Predict}) {
        BuildOptions options;
        options.mode = mode;
        options.batchSize = rows;
        options.optimizer = config.optimizer;
        TRAINYARD_TRY(Program program, buildProgram(graph, dataTypesOf(data), options));
        programs.push_back(std::move(program));
    }
    const std::vector<const Program *> both{&programs[0], &programs[1]};
    TRAINYARD_TRY(const auto executable, backend->compile(both, deviceSettingsOf(config)));
    TRAINYARD_CHECK(executable->allocate());
    for (std::size_t p = 0; p < programs.size(); ++p) {
        TRAINYARD_CHECK(executable->bind(p, programs[p].features, data.features.data));
        TRAINYARD_CHECK(executable->bind(p, programs[p].featureOffset, std::as_bytes(std::span(data.featureOffset))));
        TRAINYARD_CHECK(executable->bind(p, programs[p].featureScale, std::as_bytes(std::span(data.featureScale))));
        if (programs[p].targets != kNoValue)
            TRAINYARD_CHECK(executable->bind(p, programs[p].targets, data.targets.data));
        executable->setIndices(p, data.train);
    }
    for (const ParameterInit &init : programs[0].inits) {
        HostTensor filled(programs[0].list.value(init.value).type);
        fillParameter(programs[0], init, config.seed, filled.as<float>());
        TRAINYARD_CHECK(executable->write(0, init.value, filled.data));
    }
    if (std::filesystem::exists(folder / "weights.safetensors"))
        TRAINYARD_CHECK(startFrom(folder / "weights.safetensors", graph, programs[0], *executable));
    TRAINYARD_TRY(const SafetensorsFile start, weights(*executable, programs[0]));
    TRAINYARD_CHECK(writeSafetensors(folder / "start.safetensors", start));

    const auto counted = static_cast<std::int32_t>(rows);
    TRAINYARD_CHECK(executable->run(1, {config.seed, 0, 0.0f, counted}));
    NamedTensor predictions{"predictions", HostTensor(programs[1].list.value(programs[1].predictions).type)};
    TRAINYARD_CHECK(executable->read(1, programs[1].predictions, predictions.tensor.data));
    NamedTensor losses{"loss", HostTensor({DType::F32, Shape{steps}})};
    LearningRate rate(config.schedule, config.optimizer.learningRate, stepsPerEpoch, steps);
    for (std::int64_t step = 0; step < steps; ++step) {
        TRAINYARD_CHECK(executable->run(0, {config.seed, static_cast<std::uint64_t>(step), static_cast<float>(rate.at(step)), counted}));
        const auto loss = losses.tensor.as<float>().subspan(static_cast<std::size_t>(step), 1);
        TRAINYARD_CHECK(executable->read(0, programs[0].loss, std::as_writable_bytes(loss)));
        // A schedule that follows a metric follows the training loss here.
        if ((step + 1) % stepsPerEpoch == 0)
            rate.observe(step + 1, static_cast<double>(loss[0]), false);
    }
    TRAINYARD_TRY(SafetensorsFile end, weights(*executable, programs[0]));
    end.tensors.push_back(std::move(predictions));
    end.tensors.push_back(std::move(losses));
    return writeSafetensors(folder / "end.safetensors", end);
}

// Of 1 or more; 0: it is no such number.
std::int64_t countIn(const char *text)
{
    std::int64_t count = 0;
    const char *end = text + std::char_traits<char>::length(text);
    const auto [last, error] = std::from_chars(text, end, count);
    return error == std::errc() && last == end && count > 0 ? count : 0;
}

}  // namespace

int main(int argc, char **argv)
{
    const std::int64_t steps = argc == 4 ? countIn(argv[2]) : 0, stepsPerEpoch = argc == 4 ? countIn(argv[3]) : 0;
    if (steps == 0 || stepsPerEpoch == 0) {
        std::fputs("Usage: trainyard-parity FOLDER STEPS STEPS_PER_EPOCH\n", stderr);
        return 2;
    }
    if (const Status status = run(argv[1], steps, stepsPerEpoch); !status) {
        std::fprintf(stderr, "%s%s%s\n", status.error().node.c_str(), status.error().node.empty() ? "" : ": ", status.error().message.c_str());
        return 1;
    }
    return 0;
}
