// The run history of a project, for commands that only read.
#pragma once

#include <memory>

#include "engine/api/project.h"
#include "engine/storage/run_store.h"

namespace trainyard::cli {

// path as in `train`: a sample means the person's copy of it. Runs whose process died are marked interrupted first, where
// the file may be written.
// Errors: NotFound (also where nothing has been trained yet), and those of RunStore::open.
Result<std::unique_ptr<RunStore>> openStore(const std::string &path);

std::string dateText(std::int64_t ms);                  // "2026-11-24 16:05", local time; "-" for 0
std::string durationText(const RunRecord &run);         // "-" where it is not known

}  // namespace trainyard::cli
