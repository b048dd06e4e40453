// The flags that say where a run's first weights come from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/api/project.h"

namespace CLI {
class App;
class Option;
}

namespace trainyard::cli {

struct StartOptions {
    std::optional<std::string> from;  // a run's number, a file, or "fresh"
    std::vector<std::string> leaveOut, freeze;
    bool latest = false, byOrder = false;
};

// Of `train`: a resumed run goes on with its own weights, so none of these go with it.
void addStartOptions(CLI::App &command, StartOptions &options, CLI::Option *resume);
// Those that say how to match, for `match` too.
std::vector<CLI::Option *> addMatchOptions(CLI::App &command, StartOptions &options);

// Puts what was said into the project. A relative file begins at the working directory. Errors: InvalidArgument.
Status applyStart(const StartOptions &options, Project &project);

}  // namespace trainyard::cli
