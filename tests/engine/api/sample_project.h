// Sample projects for tests: each in a folder of its own, so that nothing lands beside the sources.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/api/project.h"
#include "engine/api/run_session.h"
#include "engine/base/file.h"

namespace trainyard::test {

inline const std::vector<std::string> kSampleIds{"breast-cancer", "char-gpt", "diabetes", "digits-autoencoder", "digits-cnn", "digits-mlp",
                                                 "iris", "shapes-resnet", "shapes-segmentation", "two-spirals", "wave-forecast", "wine"};

inline std::filesystem::path sampleFolder(const std::string &id)
{
    return std::filesystem::path(TRAINYARD_PROJECTS_DIR) / id;
}

// A copy below folder, ready to be changed and trained.
inline Project copyOfSample(const std::string &id, const std::filesystem::path &folder)
{
    std::filesystem::create_directories(folder / id);
    for (const char *part : {"project.json", "data"})
        std::filesystem::copy(sampleFolder(id) / part, folder / id / part,
                              std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
    return loadProject(folder / id).value();
}

struct EndedRun {
    TrainProgress progress;
    std::int64_t id = 0;  // 0: it left no record
};

// Trains to the end and until everything is written.
inline EndedRun runToTheEnd(const Project &project, std::optional<std::int64_t> resume = {}, std::optional<std::int64_t> epochs = {})
{
    RunSession session({std::make_shared<const Project>(project), {}, resume, epochs}, std::make_shared<StoreThread>(project.database()));
    session.wait();
    return {session.progress(), session.runId()};
}

inline std::unique_ptr<RunStore> historyOf(const Project &project)
{
    return RunStore::open(project.database()).value();
}

inline Checkpoint lastCheckpointOf(const Project &project, std::int64_t run)
{
    const auto record = historyOf(project)->latestCheckpoint(run).value();
    return readCheckpoint(project.folder / record->path).value();
}

}  // namespace trainyard::test
