// Opening runs.sqlite: told from foreign files before SQLite may touch it, then migrated and set up.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/result.h"
#include "engine/storage/sqlite.h"

namespace trainyard {

// Errors as RunStore::open() has them.
Result<std::unique_ptr<Database>> openStoreFile(const std::filesystem::path &path, bool readOnly);

}  // namespace trainyard
