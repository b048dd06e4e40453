// Which file a run's first weights are in, by the project's settings and its history, and what of it fits the network.
#pragma once

#include <filesystem>
#include <string>

#include "engine/graph/graph.h"
#include "engine/program/build.h"
#include "engine/train/start_weights.h"
#include "engine/train/training_config.h"

namespace trainyard {

class RunStore;

struct StartFile {
    std::filesystem::path file;
    std::string what;  // for people: "the best weights of run 3, step 120", "body.safetensors"
};

// folder: the project's. store: its history, only asked for runs; null: there is none yet. Errors: InvalidArgument (nothing is
// named), NotFound (no such run, or it keeps no checkpoint), Io.
Result<StartFile> findStartFile(const StartFrom &start, const std::filesystem::path &folder, RunStore *store);

Result<StartSource> openStart(const StartFile &file);

// What would match, before anything runs: reads the file's header alone. Where nothing matches, that is the match and no
// error. Errors: InvalidGraph, InvalidArgument, and those of WeightSource.
Result<WeightMatch> matchStart(const Graph &graph, const DataTypes &data, const TrainingConfig &training, const StartFile &file);

// What a run's record says it started from: "the best weights of run 3, step 120: 12 of 14 tensors are loaded, ..."; empty: from
// the seed.
std::string startText(const std::string &environmentJson);

}  // namespace trainyard
