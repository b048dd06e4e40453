#include "app/cli/open_store.h"

#include <ctime>

#include <fmt/chrono.h>

#include "engine/base/format.h"

namespace trainyard::cli {

Result<std::unique_ptr<RunStore>> openStore(const std::string &path)
{
    TRAINYARD_TRY(const auto folder, projectInUse(path));
    TRAINYARD_TRY(const Project project, loadProject(folder));
    std::error_code code;
    if (!std::filesystem::exists(project.database(), code))
        return fail(ErrorCode::NotFound, "Nothing has been trained in {} yet. Start with: trainyard-cli train {}", folder.string(), path);
    auto store = RunStore::open(project.database());
    if (!store && store.error().code == ErrorCode::Io)
        return RunStore::open(project.database(), OpenMode::ReadOnly);
    if (store)
        TRAINYARD_CHECK((*store)->markInterrupted());
    return store;
}

std::string dateText(std::int64_t ms)
{
    if (ms == 0)
        return "-";
    return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(static_cast<std::time_t>(ms / 1000)));
}

std::string durationText(const RunRecord &run)
{
    const std::int64_t end = run.endedMs > 0 ? run.endedMs : run.heartbeatMs;
    return run.startedMs > 0 && end >= run.startedMs ? formatDuration(static_cast<double>(end - run.startedMs) / 1000.0) : "-";
}

}  // namespace trainyard::cli
