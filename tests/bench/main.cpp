// trainyard-bench: training samples per second of the benchmark's networks, through the same Model a real run uses:
// gathering the batch, forward, loss, backward, update and metrics. SGD with momentum 0.9. Prints one JSON object
// in the form of peer_pytorch.py.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/api/idle_threads.h"
#include "engine/train/model.h"
#include "tests/bench/bench_models.h"

namespace trainyard::bench {

namespace {

struct Options {
    std::string device = "cpu";
    std::string precision = "model";  // the model's own, or one word for all
    bool tf32 = false, autotune = false;
    int threads = 2;
    double seconds = 2.0;  // measured time for each model
    int repeats = 7;
    std::string models = "mlp,lenet5,resnet8";
    bool profile = false;  // adds the seconds of each op
};

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Trains on random data and keeps the position in the epoch from call to call.
class Runner {
public:
    static Result<std::unique_ptr<Runner>> create(const BenchModel &bench, const Options &options)
    {
        auto runner = std::make_unique<Runner>();
        TRAINYARD_TRY(runner->m_dataset, randomDataset(bench, kSeed));
        TRAINYARD_TRY(const Graph graph, bench.makeGraph(bench.sampleShape));
        TrainingConfig config;
        config.optimizer.type = "sgd";  // with its momentum of 0.9
        config.batchSize = options.device == "cpu" ? bench.cpuBatchSize : bench.batchSize;
        config.seed = kSeed;
        config.device = options.device;
        config.threads = options.threads;
        config.tf32 = options.tf32;
        config.autotune = options.autotune;
        const Precision own = options.device == "cpu" ? Precision::Float32 : bench.precision;
        config.precision = findPrecision(options.precision).value_or(own);
        TRAINYARD_TRY(runner->m_model, Model::create(graph, runner->m_dataset, config, deviceSettingsOf(config)));
        runner->m_precision = config.precision;
        runner->m_rows = runner->m_dataset.train;
        runner->m_batch = static_cast<std::size_t>(config.batchSize);
        return runner;
    }

    Status steps(int count)
    {
        for (int i = 0; i < count; ++i) {
            if (m_at + m_batch > m_rows.size())
                m_at = 0;
            const auto rows = std::span(m_rows).subspan(m_at, m_batch);
            TRAINYARD_CHECK(m_model->trainStep(rows, {kSeed, m_step++, 1e-3f, static_cast<std::int32_t>(m_batch)}));
            m_at += m_batch;
        }
        return m_model->executable().finish();  // a GPU has only queued them
    }

    // Median seconds of each op over some steps.
    Result<nlohmann::ordered_json> profile(int count)
    {
        Executable &executable = m_model->executable();
        executable.setProfiling(true);
        const auto &ops = m_model->trainProgram().list.ops;
        std::vector<std::vector<double>> samples(ops.size());
        for (int i = 0; i < count; ++i) {
            TRAINYARD_CHECK(steps(1));
            const auto seconds = executable.opSeconds(0);
            for (std::size_t op = 0; op < ops.size(); ++op)
                samples[op].push_back(seconds[op]);
        }
        executable.setProfiling(false);
        nlohmann::ordered_json rows = nlohmann::ordered_json::array();
        const auto &names = m_model->trainProgram().layerNames;
        for (std::size_t op = 0; op < ops.size(); ++op)
            rows.push_back({{"op", opSpec(ops[op].kind).name},
                            {"layer", ops[op].layer >= 0 ? names[static_cast<std::size_t>(ops[op].layer)] : std::string()},
                            {"us", std::round(median(samples[op]) * 1e7) / 10}});
        return rows;
    }

    std::size_t batch() const { return m_batch; }
    Precision precision() const { return m_precision; }
    double flopsPerStep() const { return m_model->trainProgram().flops(); }
    std::uint64_t forecastBytes() { return m_model->executable().memoryPlan(0).bytes.total(); }
    std::uint64_t allocatedBytes() { return m_model->executable().allocatedBytes(); }
    const DeviceInfo &device() const { return m_model->device(); }
    // The loss shows that the steps really train: NaN when nothing was counted.
    Result<double> loss()
    {
        TRAINYARD_TRY(const std::vector<double> sums, m_model->trainingSums());
        return m_model->metricsOf(sums).front().value;
    }

private:
    static constexpr std::uint64_t kSeed = 1;

    Dataset m_dataset;
    std::optional<Model> m_model;
    std::vector<std::int32_t> m_rows;
    std::size_t m_batch = 0, m_at = 0;
    std::uint64_t m_step = 0;
    Precision m_precision = Precision::Float32;
};

Result<double> secondsOf(Runner &runner, int steps)
{
    const auto begin = Clock::now();
    TRAINYARD_CHECK(runner.steps(steps));
    return secondsSince(begin);
}

Result<double> samplesPerSecond(Runner &runner, const Options &options)
{
    TRAINYARD_CHECK(runner.steps(2));
    TRAINYARD_TRY(const double third, secondsOf(runner, 1));
    const bool isLong = third > 0.1;  // long steps need fewer of them to warm up
    TRAINYARD_CHECK(runner.steps(isLong ? 0 : 17));
    const int probe = isLong ? 1 : 10;
    TRAINYARD_TRY(const double probed, secondsOf(runner, probe));
    const int each = std::max(isLong ? 1 : 3, static_cast<int>(options.seconds / options.repeats / (probed / probe)));
    std::vector<double> rates;
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
        TRAINYARD_TRY(const double seconds, secondsOf(runner, each));
        rates.push_back(static_cast<double>(runner.batch()) * each / seconds);
    }
    return median(rates);
}

Result<nlohmann::ordered_json> run(const Options &options)
{
    nlohmann::ordered_json rates, memory, profiles, losses, precisions, flops;
    std::string library, instructions, device;
    const std::string wanted = "," + options.models + ",";
    for (const BenchModel &bench : benchModels()) {
        if (wanted.find("," + bench.name + ",") == std::string::npos)
            continue;
        TRAINYARD_TRY(const std::unique_ptr<Runner> runner, Runner::create(bench, options));
        TRAINYARD_TRY(const double rate, samplesPerSecond(*runner, options));
        rates[bench.name] = std::round(rate * 10) / 10;
        memory[bench.name] = {{"forecast", runner->forecastBytes()}, {"allocated", runner->allocatedBytes()}};
        TRAINYARD_TRY(losses[bench.name], runner->loss());
        if (options.profile) {
            TRAINYARD_TRY(profiles[bench.name], runner->profile(50));
        }
        precisions[bench.name] = precisionName(runner->precision());
        flops[bench.name] = rate / static_cast<double>(runner->batch()) * runner->flopsPerStep();
        device = runner->device().name;
        library = runner->device().library;
        instructions = runner->device().instructionSet;
    }
    if (rates.empty())
        return fail(ErrorCode::InvalidArgument, "There is no model in {}. Choose among mlp, lenet5, resnet8, resnet18, resnet50 and lstm.", options.models);
    nlohmann::ordered_json json{{"library", "Trainyard " TRAINYARD_VERSION}, {"backend", library}, {"instructions", instructions},
                                {"device", device}, {"threads", options.threads}, {"models", rates}, {"precision", precisions},
                                {"flops_per_second", flops}, {"loss", losses}, {"memory_bytes", memory}};
    if (options.profile)
        json["profile"] = profiles;
    return json;
}

}  // namespace

}  // namespace trainyard::bench

int main(int argc, char **argv)
{
    trainyard::limitSpinning(argv);  // as the programs do
    trainyard::bench::Options options;
    CLI::App app{"Training throughput of the benchmark's networks, as JSON."};
    app.add_option("--device", options.device, "cpu or cuda:0")->capture_default_str();
    app.add_option("--precision", options.precision, "float32, bfloat16 or float16 for all models, instead of each model's own on a GPU");
    app.add_flag("--tf32", options.tf32, "let float32 products round their factors");
    app.add_flag("--autotune", options.autotune, "time the kernels there are before measuring");
    app.add_option("--threads", options.threads, "CPU threads")->check(CLI::Range(1, 1024))->capture_default_str();
    app.add_option("--seconds", options.seconds, "measured time for each model")->check(CLI::Range(0.01, 3600.0))->capture_default_str();
    app.add_option("--repeats", options.repeats, "parts of that time, of which the median counts")->check(CLI::Range(1, 1000))->capture_default_str();
    app.add_option("--models", options.models, "names, with commas between")->capture_default_str();
    app.add_flag("--profile", options.profile, "add the time of each op");
    CLI11_PARSE(app, argc, argv);
    const auto result = trainyard::bench::run(options);
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        return 1;
    }
    std::printf("%s\n", result->dump(options.profile ? 1 : -1).c_str());
    return 0;
}
