// Any text as a data set: windows of tokens, and as targets the token that follows each.
#pragma once

#include <vector>

#include "engine/base/result.h"
#include "engine/data/dataset.h"

namespace trainyard {

struct TokenText {
    std::vector<std::int32_t> tokens;
    std::vector<std::string> vocabulary;  // of characters: those that occur, by code point; of bytes: all 256
};

// Errors: InvalidData for more than 65,536 different characters.
Result<TokenText> tokenize(const std::vector<char> &text, TokenKind kind);

// A token as it can be shown: blanks and bytes that are no character by a name.
std::string tokenText(const std::string &token);

// features and targets I32 [windows, length], the targets one token further on. text: UTF-8 for characters. Errors: those of
// tokenize and cutWindows; InvalidData for a target kind other than class indices; OutOfMemory.
Result<Dataset> datasetFromText(const std::vector<char> &text, const DataConfig &config);

// The file's content, in UTF-8 where the project wants characters; empty files are refused.
Result<std::vector<char>> readText(const DataConfig &config, const std::filesystem::path &projectFolder);

}  // namespace trainyard
