#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "engine/api/project.h"
#include "engine/base/file.h"

namespace trainyard {

namespace {

namespace fs = std::filesystem;

// Beside the program: ../share/trainyard/projects when installed; in a build tree the folder the build was made from.
std::vector<fs::path> sampleFolders()
{
    std::vector<fs::path> folders;
    if (const char *chosen = std::getenv("TRAINYARD_SAMPLES"))
        folders.emplace_back(chosen);
    std::error_code code;
    const fs::path program = fs::read_symlink("/proc/self/exe", code);
    if (!code) {
        folders.push_back(program.parent_path().parent_path() / "share" / "trainyard" / "projects");
        for (fs::path up = program.parent_path(); up.has_relative_path(); up = up.parent_path())
            folders.push_back(up / "projects");
    }
    return folders;
}

bool isSample(const fs::path &folder)
{
    std::error_code code;
    for (const fs::path &samples : sampleFolders())
        if (fs::equivalent(folder.parent_path(), samples, code))
            return true;
    return false;
}

}  // namespace

std::vector<Sample> findSamples()
{
    std::vector<Sample> samples;
    for (const fs::path &folder : sampleFolders()) {
        std::error_code code;
        for (const auto &entry : fs::directory_iterator(folder, code)) {
            if (!entry.is_directory() || !fs::exists(entry.path() / "project.json", code))
                continue;
            if (const auto project = loadProject(entry.path()))
                samples.push_back({entry.path().filename().string(), project->name, project->description, entry.path()});
        }
        if (!samples.empty())
            break;
    }
    std::sort(samples.begin(), samples.end(), [](const Sample &a, const Sample &b) { return a.id < b.id; });
    return samples;
}

fs::path userProjectsFolder()
{
    if (const char *chosen = std::getenv("TRAINYARD_HOME"); chosen && *chosen)
        return chosen;
    const char *home = std::getenv("HOME");
    return fs::path(home && *home ? home : ".") / "Trainyard";
}

Result<fs::path> writableProject(const fs::path &path)
{
    std::error_code code;
    const bool isFolder = fs::is_directory(path, code);
    const fs::path folder = fs::absolute(isFolder ? path : path.parent_path(), code).lexically_normal();
    const fs::path source = folder.has_filename() ? folder : folder.parent_path();
    if (!fs::exists(source / "project.json", code))
        return fail(ErrorCode::NotFound, "There is no project in {}: it has no project.json. Check the path.", source.string());
    if (!isSample(source) && ::access(source.c_str(), W_OK) == 0)
        return source;
    const fs::path copy = userProjectsFolder() / source.filename();
    if (fs::exists(copy / "project.json", code))
        return copy;
    TRAINYARD_CHECK(makeFolder(copy));
    // project.json last: a copy that was cut short is made again.
    for (const auto &entry : fs::recursive_directory_iterator(source, code)) {
        const fs::path relative = entry.path().lexically_relative(source);
        const std::string top = relative.begin()->string();
        if (relative == "project.json" || top == "checkpoints" || top.starts_with("runs.sqlite"))
            continue;
        if (entry.is_directory(code)) {
            TRAINYARD_CHECK(makeFolder(copy / relative));
            continue;
        }
        TRAINYARD_TRY(const std::string content, readFile(entry.path()));
        TRAINYARD_CHECK(writeFileAtomically(copy / relative, content));
    }
    TRAINYARD_TRY(const std::string project, readFile(source / "project.json"));
    TRAINYARD_CHECK(writeFileAtomically(copy / "project.json", project));
    return copy;
}

}  // namespace trainyard
