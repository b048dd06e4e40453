#include "engine/exchange/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

#include "engine/base/json_text.h"

namespace trainyard {

namespace {

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the specification's own limit
constexpr const char *kMetadataKey = "__metadata__";
constexpr DType kTypes[] = {DType::F32, DType::F64, DType::I32, DType::I64, DType::U8, DType::BF16, DType::F16};

using Json = nlohmann::ordered_json;

template <typename... Args>
tl::unexpected<Error> damaged(std::string_view name, fmt::format_string<Args...> format, Args &&...args)
{
    return fail(ErrorCode::InvalidFile, "{} is not a sound safetensors file: {}.", name, fmt::format(format, std::forward<Args>(args)...));
}

// Elements times their size, or nothing where the numbers are negative or do not fit.
std::optional<std::uint64_t> byteCount(DType type, const std::vector<std::int64_t> &shape)
{
    std::uint64_t bytes = dtypeBytes(type);
    for (const std::int64_t size : shape) {
        if (size < 0)
            return std::nullopt;
        if (size != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / static_cast<std::uint64_t>(size))
            return std::nullopt;
        bytes *= static_cast<std::uint64_t>(size);
    }
    return bytes;
}

// One entry of the header, checked against the bytes that follow it.
Result<TensorEntry> readEntry(const std::string &tensorName, const Json &entry, std::uint64_t dataBytes, std::string_view name)
{
    const auto field = [&](const char *key) { return entry.is_object() && entry.contains(key) ? entry.at(key) : Json(); };
    const Json typeName = field("dtype"), shape = field("shape"), offsets = field("data_offsets");
    const auto allUnsigned = [](const Json &list) {
        return list.is_array() && std::all_of(list.begin(), list.end(), [](const Json &one) {
                   return one.is_number_unsigned() && one.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max();
               });
    };
    if (!typeName.is_string() || !allUnsigned(shape) || !allUnsigned(offsets) || offsets.size() != 2)
        return damaged(name, "the entry of \"{}\" needs dtype, shape and two data_offsets", tensorName);
    TensorEntry read{tensorName, typeName.get<std::string>(), {}, Shape(shape.get<std::vector<std::int64_t>>()), offsets[0].get<std::uint64_t>(),
                     offsets[1].get<std::uint64_t>()};
    if (read.begin > read.end || read.end > dataBytes)
        return damaged(name, "\"{}\" lies at bytes {} to {}, but there are {}", tensorName, read.begin, read.end, dataBytes);
    const auto type = std::find_if(std::begin(kTypes), std::end(kTypes), [&](DType one) { return read.dtypeText == dtypeName(one); });
    if (type == std::end(kTypes))
        return read;  // how many bytes an element has is not known
    read.dtype = *type;
    const auto needed = byteCount(*type, read.shape.sizes());
    if (!needed || *needed != read.end - read.begin)
        return damaged(name, "\"{}\" has {} bytes, which does not match its shape {}", tensorName, read.end - read.begin, read.shape.text());
    return read;
}

Result<std::map<std::string, std::string>> readMetadata(const Json &json, std::string_view name)
{
    std::map<std::string, std::string> metadata;
    if (!json.is_object())
        return damaged(name, "{} is not a table of texts", kMetadataKey);
    for (const auto &[key, value] : json.items()) {
        if (!value.is_string())
            return damaged(name, "{} holds \"{}\", which is not a text", kMetadataKey, key);
        metadata[key] = value.get<std::string>();
    }
    return metadata;
}

// The bytes must be used exactly once each: no gap in which something could hide, no overlap.
Status checkExtents(const std::vector<TensorEntry> &entries, std::uint64_t size, std::string_view name)
{
    std::vector<std::pair<std::uint64_t, std::uint64_t>> extents;
    for (const TensorEntry &entry : entries)
        extents.emplace_back(entry.begin, entry.end);
    std::sort(extents.begin(), extents.end());
    std::uint64_t at = 0;
    for (const auto &[begin, end] : extents) {
        if (begin != at)
            return damaged(name, "its tensors {} at byte {}", begin < at ? "overlap" : "leave a gap", std::min(at, begin));
        at = end;
    }
    if (at != size)
        return damaged(name, "{} bytes follow the last tensor", size - at);
    return {};
}

}  // namespace

Result<std::uint64_t> safetensorsHeaderLength(std::string_view first, std::uint64_t fileBytes, std::string_view name)
{
    std::uint64_t headerBytes = 0;
    if (first.size() < kSafetensorsLengthBytes)
        return damaged(name, "it has {} bytes, too few for a header", fileBytes);
    std::memcpy(&headerBytes, first.data(), kSafetensorsLengthBytes);
    if (headerBytes > kMaxHeaderBytes || headerBytes > fileBytes - kSafetensorsLengthBytes)
        return damaged(name, "its header claims {} bytes of a file of {}", headerBytes, fileBytes);
    return headerBytes;
}

Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view text, std::uint64_t dataBytes, std::string_view name)
{
    if (nestsTooDeep(text))
        return damaged(name, "its header nests lists more than {} deep", kMostJsonLevels);
    // Two entries of one name would silently become one in the parsed object, so they are counted while parsing.
    std::set<std::string> keys;
    bool twice = false;
    const auto callback = [&](int depth, Json::parse_event_t event, Json &parsed) {
        if (depth == 1 && event == Json::parse_event_t::key && !keys.insert(parsed.get<std::string>()).second)
            twice = true;
        return true;
    };
    const Json json = Json::parse(text, callback, false);
    if (!json.is_object())
        return damaged(name, "its header is not a JSON object");
    if (twice)
        return damaged(name, "its header names a tensor twice");
    SafetensorsHeader header;
    for (const auto &[key, entry] : json.items()) {
        if (key == kMetadataKey) {
            TRAINYARD_TRY(header.metadata, readMetadata(entry, name));
            continue;
        }
        TRAINYARD_TRY(TensorEntry read, readEntry(key, entry, dataBytes, name));
        header.tensors.push_back(std::move(read));
    }
    TRAINYARD_CHECK(checkExtents(header.tensors, dataBytes, name));
    return header;
}

}  // namespace trainyard
