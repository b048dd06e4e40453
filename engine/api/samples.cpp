#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "engine/api/project.h"
#include "engine/base/file.h"

namespace trainyard {

namespace {

namespace fs = std::filesystem;

// Beside the program: ../share/trainyard/projects when installed; in a build tree the sources it was made from (known by
// a file of theirs, so that a person's own "projects" folder further up is never taken for samples).
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
            if (fs::exists(up / "engine" / "api" / "project.h", code))
                folders.push_back(up / "projects");
    }
    return folders;
}

// The project's folder; path is that or its project.json.
Result<fs::path> folderOf(const fs::path &path)
{
    std::error_code code;
    const fs::path whole = fs::absolute(path, code).lexically_normal();
    fs::path folder = fs::is_regular_file(whole, code) ? whole.parent_path() : whole;
    if (!folder.has_filename())  // a slash at the end
        folder = folder.parent_path();
    if (!fs::exists(folder / "project.json", code))
        return fail(ErrorCode::NotFound, "There is no project in {}: it has no project.json. Check the path.", folder.string());
    return folder;
}

fs::path copyOf(const fs::path &source)
{
    return userProjectsFolder() / source.filename();
}

// Everything but runs and checkpoints. project.json comes last: a copy that was cut short is made again.
Status copyProject(const fs::path &source, const fs::path &copy)
{
    TRAINYARD_CHECK(makeFolder(copy));
    std::error_code code;
    for (fs::recursive_directory_iterator entry(source, code), end; !code && entry != end; entry.increment(code)) {
        const fs::path relative = entry->path().lexically_relative(source);
        const std::string top = relative.begin()->string();
        if (relative == "project.json" || top == "checkpoints" || top.starts_with("runs.sqlite"))
            continue;
        std::error_code unknown;
        if (entry->is_directory(unknown)) {
            TRAINYARD_CHECK(makeFolder(copy / relative));
            continue;
        }
        TRAINYARD_TRY(const std::string content, readFile(entry->path()));
        TRAINYARD_CHECK(writeFileAtomically(copy / relative, content));
    }
    if (code)
        return fail(ErrorCode::Io, "Could not copy {} to {}: {}. Check the disk and the path.", source.string(), copy.string(), code.message());
    TRAINYARD_TRY(const std::string project, readFile(source / "project.json"));
    return writeFileAtomically(copy / "project.json", project);
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
        for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
            const fs::path &sample = entry->path();
            if (const auto project = loadProject(sample / "project.json"))
                samples.push_back({sample.filename().string(), project->name, project->description, sample});
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
    TRAINYARD_TRY(const fs::path source, folderOf(path));
    std::error_code code;
    if (!isSample(source) && ::access(source.c_str(), W_OK) == 0)
        return source;
    const fs::path copy = copyOf(source);
    if (!fs::exists(copy / "project.json", code))
        TRAINYARD_CHECK(copyProject(source, copy));
    return copy;
}

Result<fs::path> projectInUse(const fs::path &path)
{
    TRAINYARD_TRY(const fs::path source, folderOf(path));
    std::error_code code;
    const fs::path copy = copyOf(source);
    const bool ownPlace = !isSample(source) && ::access(source.c_str(), W_OK) == 0;
    return ownPlace || !fs::exists(copy / "project.json", code) ? source : copy;
}

}  // namespace trainyard
