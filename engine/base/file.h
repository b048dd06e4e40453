// Whole files, read and written safely.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace trainyard {

// The whole file. Errors: NotFound, Io.
Result<std::string> readFile(const std::filesystem::path &path);

// Writes a temporary file beside path, flushes it to the disk and renames it over path: after a crash or on a
// full disk the old content is still there. Errors: Io, with the reason the system gave.
Status writeFileAtomically(const std::filesystem::path &path, std::span<const std::string_view> pieces);
inline Status writeFileAtomically(const std::filesystem::path &path, std::string_view content)
{
    return writeFileAtomically(path, std::span(&content, 1));
}

// mkdir -p. Errors: Io.
Status makeFolder(const std::filesystem::path &path);

}  // namespace trainyard
