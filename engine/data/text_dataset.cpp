#include "engine/data/text_dataset.h"

#include <algorithm>

#include "engine/base/format.h"
#include "engine/data/assemble.h"
#include "engine/data/text_file.h"
#include "engine/data/windows.h"

namespace trainyard {

namespace {

constexpr std::size_t kMostCharacters = 65'536;
constexpr std::uint32_t kCodePoints = 0x110000;

// One character of valid UTF-8; at moves behind it.
std::uint32_t nextCodePoint(const std::vector<char> &text, std::size_t &at)
{
    const auto first = static_cast<std::uint8_t>(text[at++]);
    const int following = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    std::uint32_t point = following == 0 ? first : first & (0x3Fu >> following);
    for (int k = 0; k < following && at < text.size(); ++k)
        point = point << 6 | (static_cast<std::uint8_t>(text[at++]) & 0x3Fu);
    return point;
}

std::string utf8Of(std::uint32_t point)
{
    if (point < 0x80)
        return {static_cast<char>(point)};
    std::string text;
    const int following = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    constexpr std::uint32_t kFirst[] = {0, 0xC0, 0xE0, 0xF0};
    text += static_cast<char>(kFirst[following] | point >> (6 * following));
    for (int k = following - 1; k >= 0; --k)
        text += static_cast<char>(0x80 | (point >> (6 * k) & 0x3F));
    return text;
}

}  // namespace

Result<TokenText> tokenize(const std::vector<char> &text, TokenKind kind)
{
    TokenText result;
    if (kind == TokenKind::Bytes) {
        result.tokens.reserve(text.size());
        for (const char byte : text)
            result.tokens.push_back(static_cast<std::uint8_t>(byte));
        for (int byte = 0; byte < 256; ++byte)
            result.vocabulary.emplace_back(1, static_cast<char>(byte));
        return result;
    }
    std::vector<std::int32_t> indices(kCodePoints, -1);
    for (std::size_t at = 0; at < text.size();)
        indices[nextCodePoint(text, at)] = 0;
    for (std::uint32_t point = 0; point < kCodePoints; ++point) {
        if (indices[point] < 0)
            continue;
        if (result.vocabulary.size() == kMostCharacters)
            return fail(ErrorCode::InvalidData, "The text has more than {} different characters. Cut it into bytes instead.",
                        formatCount(kMostCharacters));
        indices[point] = static_cast<std::int32_t>(result.vocabulary.size());
        result.vocabulary.push_back(utf8Of(point));
    }
    for (std::size_t at = 0; at < text.size();)
        result.tokens.push_back(indices[nextCodePoint(text, at)]);
    return result;
}

std::string tokenText(const std::string &token)
{
    if (token.size() != 1)
        return token;
    const char c = token[0];
    switch (c) {
    case ' ': return "space";
    case '\n': return "line end";
    case '\t': return "tab";
    case '\r': return "carriage return";
    default: return c > ' ' && c <= '~' ? token : fmt::format("0x{:02X}", static_cast<std::uint8_t>(c));
    }
}

Result<std::vector<char>> readText(const DataConfig &config, const std::filesystem::path &projectFolder)
{
    TRAINYARD_TRY(std::vector<char> text, readDataFile(projectFolder / config.file));
    if (config.window.tokens == TokenKind::Characters) {
        TRAINYARD_TRY(text, toUtf8(std::move(text), projectFolder / config.file));
    }
    if (text.empty())
        return fail(ErrorCode::InvalidData, "{} is empty. Choose a file with text.", config.file);
    return text;
}

Result<Dataset> datasetFromText(const std::vector<char> &text, const DataConfig &config)
{
    if (config.target != TargetKind::ClassIndex)
        return fail(ErrorCode::InvalidData, "A text has the next token as its target, a class. Choose class indices as the target on the Data page.");
    if (config.augment.any() || !config.sampleShape.empty())
        return fail(ErrorCode::InvalidData, "The windows of a text have neither another shape nor augmentation. Clear both on the Data page.");
    TRAINYARD_TRY(TokenText content, tokenize(text, config.window.tokens));
    const bool bytes = config.window.tokens == TokenKind::Bytes;
    TRAINYARD_TRY(const WindowRows rows, cutWindows(static_cast<std::int64_t>(content.tokens.size()), 1, config.window, config.split,
                                                    bytes ? "bytes" : "characters"));
    const auto length = static_cast<std::size_t>(config.window.length);
    TRAINYARD_CHECK(checkWindowBytes(rows, 2 * length * sizeof(std::int32_t)));
    Dataset dataset;
    const Shape shape{static_cast<std::int64_t>(rows.starts.size()), config.window.length};
    dataset.features = HostTensor({DType::I32, shape});
    dataset.targets = HostTensor({DType::I32, shape});
    auto seen = dataset.features.as<std::int32_t>().begin(), next = dataset.targets.as<std::int32_t>().begin();
    for (const std::int64_t start : rows.starts) {
        seen = std::copy_n(content.tokens.begin() + start, length, seen);
        next = std::copy_n(content.tokens.begin() + start + 1, length, next);
    }
    setWindowParts(dataset, rows);
    dataset.targetNames = {"next token"};
    dataset.classNames = content.vocabulary;
    dataset.vocabulary = std::move(content.vocabulary);
    return dataset;
}

}  // namespace trainyard
