#include "engine/data/text_file.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <system_error>

#include <zlib.h>

#include "engine/base/format.h"

namespace trainyard {

namespace {

constexpr std::size_t kMostBytes = 8'000'000'000;
constexpr unsigned kChunk = 1u << 18;

struct GzClose {
    void operator()(gzFile_s *file) const { gzclose(file); }
};

bool isUtf8(const std::vector<char> &bytes)
{
    std::size_t i = 0;
    while (i < bytes.size()) {
        const auto first = static_cast<std::uint8_t>(bytes[i]);
        const int following = first < 0x80 ? 0 : first >= 0xC2 && first < 0xE0 ? 1 : (first & 0xF0) == 0xE0 ? 2
                              : first >= 0xF0 && first < 0xF5 ? 3 : -1;
        if (following < 0 || i + static_cast<std::size_t>(following) >= bytes.size())
            return false;
        for (int k = 1; k <= following; ++k) {
            const auto next = static_cast<std::uint8_t>(bytes[i + static_cast<std::size_t>(k)]);
            // The second byte rules out overlong forms, surrogates and code points past U+10FFFF.
            const std::uint8_t low = k == 1 && first == 0xE0 ? 0xA0 : k == 1 && first == 0xF0 ? 0x90 : 0x80;
            const std::uint8_t high = k == 1 && first == 0xED ? 0x9F : k == 1 && first == 0xF4 ? 0x8F : 0xBF;
            if (next < low || next > high)
                return false;
        }
        i += static_cast<std::size_t>(following) + 1;
    }
    return true;
}

}  // namespace

Result<std::vector<char>> readDataFile(const std::filesystem::path &path)
{
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        return fail(ErrorCode::NotFound, "The data file {} is not there. Choose another file on the Data page.", path.string());
    if (std::filesystem::is_directory(status))
        return fail(ErrorCode::Io, "{} is a folder, not a data file. Choose a file inside it.", path.string());
    if (!std::filesystem::is_regular_file(status))
        return fail(ErrorCode::Io, "{} is not a regular file. Choose a data file.", path.string());
    const std::unique_ptr<gzFile_s, GzClose> file(gzopen(path.c_str(), "rb"));
    if (!file)
        return fail(ErrorCode::Io, "The data file {} could not be opened: {}.", path.string(), std::strerror(errno));
    gzbuffer(file.get(), kChunk);
    try {
        std::vector<char> content, chunk(kChunk);
        for (;;) {
            const int got = gzread(file.get(), chunk.data(), kChunk);
            int code = Z_OK;
            const char *reason = gzerror(file.get(), &code);
            if (code == Z_ERRNO)
                return fail(ErrorCode::Io, "The data file {} could not be read: {}.", path.string(), std::strerror(errno));
            if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
                return fail(Error{ErrorCode::InvalidFile,
                                  fmt::format("{} is a damaged or cut short gzip file: unpacking stopped after {} bytes. "
                                              "Get it again.",
                                              path.string(), formatCount(static_cast<std::int64_t>(content.size()))),
                                  {},
                                  reason ? reason : ""});
            if (got == 0)
                return content;
            if (content.size() + static_cast<std::size_t>(got) > kMostBytes)
                return fail(ErrorCode::OutOfMemory, "{} holds more than {}. Use a smaller file.", path.string(),
                            formatBytes(kMostBytes));
            content.insert(content.end(), chunk.begin(), chunk.begin() + got);
        }
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "There is not enough memory to read {}.", path.string());
    }
}

Result<std::vector<char>> toUtf8(std::vector<char> bytes, const std::filesystem::path &path)
{
    if (bytes.size() >= 3 && std::memcmp(bytes.data(), "\xEF\xBB\xBF", 3) == 0)
        bytes.erase(bytes.begin(), bytes.begin() + 3);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<std::uint8_t>(bytes[i]);
        if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f') || byte == 0x7F)
            return fail(ErrorCode::InvalidData,
                        "{} is not a text file: byte {} has the value {}. Save it as text in UTF-8.", path.string(),
                        formatCount(static_cast<std::int64_t>(i)), byte);
    }
    if (isUtf8(bytes))
        return bytes;
    std::vector<char> converted;
    converted.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x80) {
            converted.push_back(c);
        } else {
            converted.push_back(static_cast<char>(0xC0 | (byte >> 6)));
            converted.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
        }
    }
    return converted;
}

}  // namespace trainyard
