// The commands of trainyard-cli: one file each. A command adds itself to the parser and returns what runs it.
#pragma once

#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"

namespace CLI {
class App;
}

namespace trainyard::cli {

// What the program returns to the shell; listed in --help and in the README.
enum ExitCode : int {
    kOk = 0,
    kFailed = 1,        // a run failed, or something inside the program
    kUsage = 2,         // the command line is off
    kInvalid = 3,       // a project, network, setting or data set that cannot be used
    kNotFound = 4,      // no such project, run, layer or device
    kIo = 5,            // the disk refused
    kDoesNotFit = 6,    // out of memory, or a forecast beyond what is free
    kInterrupted = 130,  // stopped by Ctrl-C, saved
};

int exitCodeOf(ErrorCode code);

// Prints the error as people or (with json) as scripts want it, and returns its exit code.
int report(const Error &error, bool json);

// One line of JSON. Text that is not UTF-8 (a path, a name from the command line) is shown with replacement marks.
void printJson(const nlohmann::ordered_json &json);

using Command = std::function<int()>;

Command addTrain(CLI::App &app);
Command addRuns(CLI::App &app);
Command addShow(CLI::App &app);
Command addForecast(CLI::App &app);
Command addMatch(CLI::App &app);
Command addRace(CLI::App &app);
Command addProfile(CLI::App &app);
Command addLrRange(CLI::App &app);
Command addLayers(CLI::App &app);
Command addSample(CLI::App &app);
Command addBlocks(CLI::App &app);
Command addDoctor(CLI::App &app);

}  // namespace trainyard::cli
