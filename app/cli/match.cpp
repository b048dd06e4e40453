// trainyard-cli match PROJECT [SOURCE]
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/open_store.h"
#include "app/cli/start_options.h"
#include "engine/api/start_file.h"
#include "engine/base/format.h"
#include "engine/data/dataset.h"

namespace trainyard::cli {

namespace {

struct MatchOptions {
    std::string project;
    StartOptions start;
    bool json = false;
};

struct Answer {
    StartFile file;
    WeightMatch match;
};

Result<Answer> ask(const MatchOptions &options)
{
    TRAINYARD_TRY(const auto folder, projectInUse(options.project));
    TRAINYARD_TRY(Project project, loadProject(folder));
    TRAINYARD_CHECK(applyStart(options.start, project));
    const StartFrom &start = project.training.startFrom;
    std::unique_ptr<RunStore> store;
    if (start.kind == StartKind::Run) {
        TRAINYARD_TRY(store, openStore(options.project));
    }
    Answer answer;
    TRAINYARD_TRY(answer.file, findStartFile(start, project.folder, store.get()));
    TRAINYARD_TRY(const Dataset dataset, loadDataset(project.data, project.folder));
    TRAINYARD_TRY(answer.match, matchStart(project.graph, dataTypesOf(dataset), project.training, answer.file));
    return answer;
}

void printAnswer(const Answer &answer)
{
    nlohmann::ordered_json out{{"source", answer.file.what}, {"file", answer.file.file.string()}};
    out.update(weightMatchToJson(answer.match));
    printJson(out);
}

void printText(const Answer &answer)
{
    const WeightMatch &match = answer.match;
    std::printf("From %s (%s):\n%s\n", answer.file.what.c_str(), answer.file.file.c_str(), match.summary().c_str());
    if (match.layout == SourceLayout::PyTorch)
        std::printf("The file has PyTorch's names and layouts.\n");
    for (const std::string &note : match.notes)
        std::printf("%s\n", note.c_str());
    std::printf("\n  %-32s %-16s %-14s %s\n", "parameter", "shape", "start", "why, and how it is turned");
    for (const TensorMatch &one : match.tensors)
        std::printf("  %-32s %-16s %-14s %s\n", one.target.name.c_str(), one.target.shape.text().c_str(),
                    one.state == MatchState::Loaded ? "loaded" : "starts fresh", one.note().c_str());
    if (match.unused.empty())
        return;
    std::printf("\n  %-32s %s\n", "not used of the source", "shape");
    for (const UnusedTensor &one : match.unused)
        std::printf("  %-32s %s\n", one.name.c_str(), one.shape.text().c_str());
}

int run(const MatchOptions &options)
{
    const auto answer = ask(options);
    if (!answer)
        return report(answer.error(), options.json);
    options.json ? printAnswer(*answer) : printText(*answer);
    if (const Status fits = answer->match.check(answer->file.what); !fits) {
        if (!options.json)
            std::fprintf(stderr, "%s\n", fits.error().message.c_str());
        return exitCodeOf(fits.error().code);
    }
    return kOk;
}

}  // namespace

Command addMatch(CLI::App &app)
{
    auto options = std::make_shared<MatchOptions>();
    auto *command = app.add_subcommand("match", "Say which weights of a run or a file fit a project, without training");
    command->add_option("project", options->project, "The project's folder")->required();
    command->add_option("source", options->start.from, "A run's number or a safetensors file; without it what the project starts from");
    addMatchOptions(*command, options->start);
    command->add_flag("--json", options->json, "JSON for scripts");
    return [options] { return run(*options); };
}

}  // namespace trainyard::cli
