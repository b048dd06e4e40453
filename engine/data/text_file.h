// Whole data files, plain or gzip-compressed, and the text in them.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/base/result.h"

namespace trainyard {

// The content, unpacked when the file starts as a gzip file does. Errors: NotFound, Io, InvalidFile (damaged or
// cut short gzip), OutOfMemory (more than 8 GB unpacked).
Result<std::vector<char>> readDataFile(const std::filesystem::path &path);

// Text as UTF-8 without byte order mark: bytes that are not UTF-8 are taken as Latin-1. Errors: InvalidData where
// control characters show that it is no text.
Result<std::vector<char>> toUtf8(std::vector<char> bytes, const std::filesystem::path &path);

}  // namespace trainyard
