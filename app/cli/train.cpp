// trainyard-cli train PROJECT
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/course_options.h"
#include "app/cli/progress_bar.h"
#include "app/cli/start_options.h"
#include "engine/api/run_session.h"
#include "engine/base/format.h"
#include "engine/metrics/metric.h"

namespace trainyard::cli {

namespace {

struct TrainOptions {
    std::string project, name;
    std::optional<std::int64_t> resume, epochs, steps, batch;
    std::optional<std::uint64_t> seed;
    std::optional<int> threads;
    std::optional<std::int64_t> memoryLimit, recompute;
    std::optional<std::string> device, precision;
    std::optional<std::string> prompt;
    CourseOptions course;
    StartOptions start;
    bool sample = false;  // print what the network writes
    bool json = false;
};

volatile std::sig_atomic_t interrupted = 0;

// The first signal asks for a stop at the next step; a second one ends the program as signals do.
void catchSignals()
{
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        std::signal(signal, [](int caught) {
            interrupted = 1;
            std::signal(caught, SIG_DFL);
        });
    std::signal(SIGPIPE, SIG_IGN);  // whoever reads the output may leave: the run goes on
}

nlohmann::ordered_json toJson(const std::optional<double> &value)
{
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

void printSummary(const RunSession &session, const TrainProgress &progress, const std::filesystem::path &folder, bool json, bool samples)
{
    if (json) {
        nlohmann::ordered_json out{{"run", session.runId()},
                                         {"state", trainStateName(progress.state)},
                                         {"project", folder.string()},
                                         {"epoch", progress.epoch},
                                         {"step", progress.step},
                                         {"metric", progress.metricName},
                                         {"train_loss", toJson(progress.trainLoss)},
                                         {"validation_loss", toJson(progress.validationLoss)},
                                         {"validation_metric", toJson(progress.validationMetric)},
                                         {"best_metric", toJson(progress.bestMetric)},
                                         {"best_step", progress.bestMetric ? nlohmann::ordered_json(progress.bestStep) : nullptr},
                                         {"test_loss", toJson(progress.testLoss)},
                                         {"test_metric", toJson(progress.testMetric)},
                                         {"samples_per_second", toJson(progress.samplesPerSecond)},
                                         {"arena_bytes", progress.arenaBytes}};
        if (samples) {
            out["samples"] = nlohmann::ordered_json::array();
            for (const TextSample &one : session.samples(0))
                out["samples"].push_back({{"step", one.step}, {"prompt", one.settings.prompt}, {"text", one.text}});
        }
        printJson(out);
        return;
    }
    std::printf("Run %lld %s after %lld epochs, in %s.\n", static_cast<long long>(session.runId()), trainStateName(progress.state),
                static_cast<long long>(progress.epoch), folder.c_str());
    if (progress.testMetric)
        std::printf("Test %s: %s\n", withinSentence(metricTitle(progress.metricName)).c_str(),
                    (isShare(progress.metricName) ? formatPercent(*progress.testMetric) : formatSignificant(*progress.testMetric)).c_str());
    if (progress.state == TrainState::Stopped)
        std::printf("Resume it with: trainyard-cli train %s --resume %lld\n", folder.c_str(), static_cast<long long>(session.runId()));
}

// Watches the run until it has ended and is written. Returns at a step edge after Ctrl-C.
void watch(RunSession &session, Subscription &subscription, bool json, bool samples)
{
    std::vector<RunEvent> events;
    ProgressBar bar;
    bool asked = false;
    std::size_t told = 0;
    const auto tellSamples = [&] {
        for (const TextSample &one : session.samples(told)) {
            ++told;
            bar.message(fmt::format("Step {}: {}{}", formatCount(one.step), one.settings.prompt, one.text));
        }
    };
    while (!session.finished()) {
        if (interrupted && !std::exchange(asked, true)) {
            session.stop();
            if (!json)
                bar.message("Stopping at the next step and saving. Ctrl-C again ends at once.");
        }
        events.clear();
        subscription.drainEvents(events);
        if (!json) {
            for (const RunEvent &event : events)
                if (event.kind != EventKind::Epoch && event.kind != EventKind::Checkpoint && event.kind != EventKind::Finished)
                    bar.message(event.text);
            if (samples)
                tellSamples();
            bar.show(session.progress());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    if (!json) {
        if (samples)
            tellSamples();
        bar.show(session.progress());
        bar.finish();
    }
}

int train(const TrainOptions &options)
{
    const auto folder = writableProject(options.project);
    if (!folder)
        return report(folder.error(), options.json);
    auto project = loadProject(*folder);
    if (!project)
        return report(project.error(), options.json);
    project->training.batchSize = options.batch.value_or(project->training.batchSize);
    project->training.seed = options.seed.value_or(project->training.seed);
    project->training.threads = options.threads.value_or(project->training.threads);
    project->training.device = options.device.value_or(project->training.device);
    if (options.precision)
        project->training.precision = *findPrecision(*options.precision);  // one of them: checked when it was read
    project->training.memoryLimitMiB = options.memoryLimit.value_or(project->training.memoryLimitMiB);
    if (options.recompute) {
        project->training.recompute = true;
        project->training.recomputeMiB = *options.recompute;
    }
    project->training.sampling.prompt = options.prompt.value_or(project->training.sampling.prompt);
    project->training.sampling.on = project->training.sampling.on || options.sample;
    if (const Status sampling = checkSampling(project->training.sampling); !sampling)
        return report(sampling.error(), options.json);
    if (const Status course = applyCourse(options.course, project->training); !course)
        return report(course.error(), options.json);
    if (const Status start = applyStart(options.start, *project); !start)
        return report(start.error(), options.json);
    if (options.steps && *options.steps < 1)
        return report({ErrorCode::InvalidArgument, fmt::format("Steps is {}. It must be at least 1.", *options.steps), {}, {}}, options.json);
    if (options.epochs && *options.epochs < 1)
        return report({ErrorCode::InvalidArgument, fmt::format("Epochs is {}. It must be at least 1.", *options.epochs), {}, {}}, options.json);
    if (!options.json && *folder != std::filesystem::path(options.project))
        std::printf("Working in %s.\n", folder->c_str());

    catchSignals();
    auto store = std::make_shared<StoreThread>(project->database());
    const auto hub = std::make_shared<TelemetryHub>();
    const auto subscription = hub->subscribe(1);  // only events are told
    RunSession session({std::make_shared<const Project>(std::move(*project)), options.name, options.resume, options.epochs, options.steps}, store, hub);
    watch(session, *subscription, options.json, options.sample);
    const TrainProgress progress = session.progress();
    if (progress.error)
        return report(*progress.error, options.json);
    if (auto error = session.historyError()) {
        error->message = "The run ended, but its history could not be written to the end: " + error->message;
        return report(*error, options.json);
    }
    printSummary(session, progress, *folder, options.json, options.sample);
    return progress.state == TrainState::Stopped ? kInterrupted : kOk;
}

}  // namespace

Command addTrain(CLI::App &app)
{
    auto options = std::make_shared<TrainOptions>();
    auto *command = app.add_subcommand("train", "Train a project; Ctrl-C stops at a step and saves");
    command->add_option("project", options->project, "The project's folder or its project.json")->required();
    auto *resume = command->add_option("--resume", options->resume, "Go on with this run from its latest checkpoint, with its own settings");
    auto *epochs = command->add_option("--epochs", options->epochs, "Train so many epochs in all, instead of the project's length");
    command->add_option("--steps", options->steps, "Train so many steps in all, instead of the project's length")->excludes(epochs);
    // A resumed run goes on as it began: what decides its course cannot be changed.
    command->add_option("--batch", options->batch, "Batch size, instead of the project's")->excludes(resume);
    command->add_option("--seed", options->seed, "Seed, instead of the project's")->check(CLI::NonNegativeNumber)->excludes(resume);
    command->add_option("--threads", options->threads, "CPU threads, instead of the project's")->excludes(resume);
    command->add_option("--device", options->device, "auto, cpu, cuda:0 and so on, instead of the project's")->excludes(resume);
    command->add_option("--precision", options->precision, "float32, bfloat16 or float16, instead of the project's")
        ->check(CLI::IsMember({"float32", "bfloat16", "float16"}))
        ->excludes(resume);
    command->add_option("--memory-limit", options->memoryLimit, "The most of a GPU's memory the run may take, in MiB; 0: what is free")
        ->check(CLI::NonNegativeNumber)
        ->excludes(resume);
    command->add_option("--recompute", options->recompute, "Work values out a second time until the run fits into so many MiB; 0: into what is free")
        ->check(CLI::NonNegativeNumber)
        ->excludes(resume);
    addCourseOptions(*command, options->course, resume);
    addStartOptions(*command, options->start, resume);
    command->add_flag("--sample", options->sample, "Print what a network that learns a text writes after each evaluation");
    command->add_option("--prompt", options->prompt, "What these samples begin with, instead of the project's")->excludes(resume);
    command->add_option("--name", options->name, "A name for the run")->excludes(resume);
    command->add_flag("--json", options->json, "One line of JSON at the end, nothing else");
    return [options] { return train(*options); };
}

}  // namespace trainyard::cli
