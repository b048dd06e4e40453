// The tables of runs.sqlite, as numbered steps from nothing to the current version.
#pragma once

#include <span>

#include "engine/base/result.h"
#include "engine/storage/sqlite.h"

namespace trainyard {

constexpr std::int64_t kStoreApplicationId = 0x54524e59;  // "TRNY" in the file's header

// migrations[n] takes a file of version n (SQLite's user_version) to n + 1. Never edited once released; a change
// of the tables is a new entry at the end.
std::span<const char *const> storeMigrations();

// Runs what is missing, each step and its version in one transaction. Error Unsupported: the file is newer.
Status migrate(Database &database, std::span<const char *const> migrations);

}  // namespace trainyard
