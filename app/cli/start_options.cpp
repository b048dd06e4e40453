#include "app/cli/start_options.h"

#include <algorithm>
#include <charconv>

#include <CLI/CLI.hpp>

#include "engine/api/freeze_layers.h"

namespace trainyard::cli {

namespace {

StartFrom parseStart(const std::string &text)
{
    StartFrom start;
    if (text == "fresh")
        return start;
    const char *end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, start.run);
    if (error == std::errc() && rest == end) {
        start.kind = StartKind::Run;
        return start;
    }
    start.kind = StartKind::File;
    start.run = 0;
    std::error_code code;
    start.file = std::filesystem::absolute(text, code).string();
    return start;
}

}  // namespace

std::vector<CLI::Option *> addMatchOptions(CLI::App &command, StartOptions &options)
{
    return {command.add_flag("--latest", options.latest, "Of a run, its latest weights instead of its best"),
            command.add_flag("--match-by-order", options.byOrder, "Match layers of other names by their order and shapes"),
            command.add_option("--leave-out", options.leaveOut, "Layers that start fresh, whatever the source holds: head,conv3")->delimiter(',')};
}

void addStartOptions(CLI::App &command, StartOptions &options, CLI::Option *resume)
{
    command.add_option("--start-from", options.from, "First weights: a run's number, a safetensors file, or fresh, instead of the project's")->excludes(resume);
    for (CLI::Option *option : addMatchOptions(command, options))
        option->excludes(resume);
    command.add_option("--freeze", options.freeze, "Layers that keep their first weights: conv1,norm1")->delimiter(',')->excludes(resume);
}

Status applyStart(const StartOptions &options, Project &project)
{
    StartFrom &start = project.training.startFrom;
    if (options.from)
        start = parseStart(*options.from);
    const bool matches = options.latest || options.byOrder || !options.leaveOut.empty();
    if (matches && !start.isSet())
        return fail(ErrorCode::InvalidArgument, "--latest, --match-by-order and --leave-out say how to match: say with --start-from what to start from.");
    start.latest = start.latest || options.latest;
    start.byOrder = start.byOrder || options.byOrder;
    if (!options.leaveOut.empty())
        start.leaveOut = options.leaveOut;
    TRAINYARD_TRY(project.graph, freezeLayers(std::move(project.graph), options.freeze));
    return checkStartFrom(start);
}

}  // namespace trainyard::cli
