#include <csignal>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/cli/commands.h"
#include "engine/api/idle_threads.h"

int main(int argc, char **argv)
{
    trainyard::limitSpinning(argv);
    using namespace trainyard::cli;
    // A file beyond the shell's limit is an error to report, not the end of the program.
    std::signal(SIGXFSZ, SIG_IGN);
    CLI::App app{"Trainyard: train neural networks, see first what they take, and find every run again."};
    app.name("trainyard-cli");
    app.set_version_flag("--version", TRAINYARD_VERSION);
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 failed, 2 wrong usage, 3 project, network or data cannot be used,\n"
               "4 not found, 5 the disk refused, 6 does not fit into memory, 130 stopped by Ctrl-C and saved.");
    std::pair<const char *, Command> commands[] = {{"train", addTrain(app)},
                                                   {"runs", addRuns(app)},
                                                   {"show", addShow(app)},
                                                   {"forecast", addForecast(app)},
                                                   {"match", addMatch(app)},
                                                   {"race", addRace(app)},
                                                   {"profile", addProfile(app)},
                                                   {"lr-range", addLrRange(app)},
                                                   {"sample", addSample(app)},
                                                   {"layers", addLayers(app)},
                                                   {"blocks", addBlocks(app)},
                                                   {"doctor", addDoctor(app)}};
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? kOk : kUsage;
    }
    for (const auto &[name, command] : commands)
        if (app.got_subcommand(name))
            return command();
    return kUsage;
}
