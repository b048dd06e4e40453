// A project: a folder with project.json, runs.sqlite and checkpoints/. Plain value; any thread.
#pragma once

#include <filesystem>
#include <string>

#include "engine/data/data_config.h"
#include "engine/graph/graph.h"
#include "engine/train/training_config.h"

namespace trainyard {

inline constexpr int kProjectFormat = 1;

struct Project {
    std::string name;
    std::string description;
    Graph graph;
    DataConfig data;
    TrainingConfig training;
    std::filesystem::path folder;  // empty: never saved
    std::string unknownJson;       // keys of the file that this program does not know, kept for saving

    std::filesystem::path file() const { return folder / "project.json"; }
    std::filesystem::path database() const { return folder / "runs.sqlite"; }
    std::filesystem::path checkpoints() const { return folder / "checkpoints"; }
};

// path: the folder or its project.json. Errors: NotFound, InvalidFile (with line and key), Unsupported (newer format).
Result<Project> loadProject(const std::filesystem::path &path);
// Writes project.json atomically into project.folder. Errors: Io.
Status saveProject(const Project &project);
std::string projectToText(const Project &project);                 // what saveProject writes
Result<Project> projectFromText(const std::string &text);          // folder left empty

// A sample project that came with the program.
struct Sample {
    std::string id;  // the folder's name, "digits-cnn"
    std::string title;
    std::string description;
    std::filesystem::path folder;
};
std::vector<Sample> findSamples();           // in the build tree or the installed share folder, sorted by id
std::filesystem::path userProjectsFolder();  // $TRAINYARD_HOME, or ~/Trainyard

// Where to work on the project at path: path itself where it is the person's own and writable; a copy in
// userProjectsFolder() where it is a sample or read-only (an existing copy is used again). Errors: Io.
Result<std::filesystem::path> writableProject(const std::filesystem::path &path);
// The same place for looking only: the copy where there is one already, else path's own folder; nothing is made.
Result<std::filesystem::path> projectInUse(const std::filesystem::path &path);

}  // namespace trainyard
