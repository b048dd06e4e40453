#include "engine/exchange/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "engine/base/file.h"

namespace trainyard {

namespace {

static_assert(std::endian::native == std::endian::little, "the container is little endian and so are the tensors here");

constexpr std::size_t kLengthBytes = 8, kAlignment = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the specification's own limit
constexpr const char *kMetadataKey = "__metadata__";
constexpr DType kTypes[] = {DType::F32, DType::F64, DType::I32, DType::I64, DType::U8, DType::BF16, DType::F16};

using Json = nlohmann::ordered_json;

template <typename... Args>
tl::unexpected<Error> damaged(std::string_view name, fmt::format_string<Args...> format, Args &&...args)
{
    return fail(ErrorCode::InvalidFile, "{} is not a sound safetensors file: {}.", name, fmt::format(format, std::forward<Args>(args)...));
}

Status checkTensors(const SafetensorsFile &file)
{
    std::set<std::string_view> names;
    for (const NamedTensor &one : file.tensors) {
        if (one.name.empty() || one.name == kMetadataKey)
            return fail(ErrorCode::InvalidArgument, "A tensor cannot be saved under the name \"{}\": it is empty or reserved.", one.name);
        if (!names.insert(one.name).second)
            return fail(ErrorCode::InvalidArgument, "Two tensors are named \"{}\": in one file each needs its own name.", one.name);
        if (one.tensor.data.size() != one.tensor.type.bytes())
            return fail(ErrorCode::InvalidArgument, "The tensor \"{}\" has {} bytes where its shape {} needs {}.", one.name,
                        one.tensor.data.size(), one.tensor.type.shape.text(), one.tensor.type.bytes());
    }
    return {};
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

struct Extent {
    std::uint64_t begin = 0, end = 0;
};

// One entry of the header, checked against the bytes that follow it.
Result<NamedTensor> readTensor(const std::string &tensorName, const Json &entry, std::string_view data, std::string_view name, Extent &extent)
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
    const auto type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](DType one) { return typeName.get_ref<const std::string &>() == dtypeName(one); });
    if (type == std::end(kTypes))
        return fail(ErrorCode::Unsupported, "{}: the tensor \"{}\" holds elements of type {}, which cannot be read yet. Save it as F32.", name,
                    tensorName, typeName.get<std::string>());
    extent = {offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
    const auto sizes = shape.get<std::vector<std::int64_t>>();
    const auto needed = byteCount(*type, sizes);
    if (extent.begin > extent.end || extent.end > data.size())
        return damaged(name, "\"{}\" lies at bytes {} to {}, but there are {}", tensorName, extent.begin, extent.end, data.size());
    if (!needed || *needed != extent.end - extent.begin)
        return damaged(name, "\"{}\" has {} bytes, which does not match its shape {}", tensorName, extent.end - extent.begin, Shape(sizes).text());
    NamedTensor tensor{tensorName, HostTensor({*type, Shape(sizes)})};
    if (!tensor.tensor.data.empty())
        std::memcpy(tensor.tensor.data.data(), data.data() + extent.begin, tensor.tensor.data.size());
    return tensor;
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
Status checkExtents(std::vector<Extent> extents, std::uint64_t size, std::string_view name)
{
    std::sort(extents.begin(), extents.end(), [](const Extent &a, const Extent &b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    std::uint64_t at = 0;
    for (const Extent &extent : extents) {
        if (extent.begin != at)
            return damaged(name, "its tensors {} at byte {}", extent.begin < at ? "overlap" : "leave a gap", std::min(at, extent.begin));
        at = extent.end;
    }
    if (at != size)
        return damaged(name, "{} bytes follow the last tensor", size - at);
    return {};
}

}  // namespace

Status writeSafetensors(const std::filesystem::path &path, const SafetensorsFile &file)
{
    TRAINYARD_CHECK(checkTensors(file));
    std::vector<const NamedTensor *> order;
    for (const NamedTensor &one : file.tensors)
        order.push_back(&one);
    std::stable_sort(order.begin(), order.end(), [](const NamedTensor *a, const NamedTensor *b) {
        return dtypeBytes(a->tensor.type.dtype) > dtypeBytes(b->tensor.type.dtype);
    });

    Json header = Json::object();
    if (!file.metadata.empty())
        header[kMetadataKey] = file.metadata;
    std::uint64_t offset = 0;
    for (const NamedTensor *one : order) {
        const std::uint64_t end = offset + one->tensor.data.size();
        header[one->name] = {{"dtype", dtypeName(one->tensor.type.dtype)}, {"shape", one->tensor.type.shape.sizes()}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const Json::exception &error) {
        return fail(Error{ErrorCode::InvalidArgument, fmt::format("{} cannot be written: a name in it is not UTF-8 text.", path.string()), {}, error.what()});
    }
    text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
    char length[kLengthBytes];
    const std::uint64_t headerBytes = text.size();
    std::memcpy(length, &headerBytes, kLengthBytes);

    std::vector<std::string_view> pieces{{length, kLengthBytes}, text};
    for (const NamedTensor *one : order)
        pieces.emplace_back(reinterpret_cast<const char *>(one->tensor.data.data()), one->tensor.data.size());
    return writeFileAtomically(path, pieces);
}

Result<SafetensorsFile> readSafetensors(const std::filesystem::path &path)
{
    TRAINYARD_TRY(const std::string bytes, readFile(path));
    return parseSafetensors(bytes, path.string());
}

Result<SafetensorsFile> parseSafetensors(std::string_view bytes, std::string_view name)
{
    std::uint64_t headerBytes = 0;
    if (bytes.size() < kLengthBytes)
        return damaged(name, "it has {} bytes, too few for a header", bytes.size());
    std::memcpy(&headerBytes, bytes.data(), kLengthBytes);
    if (headerBytes > kMaxHeaderBytes || headerBytes > bytes.size() - kLengthBytes)
        return damaged(name, "its header claims {} bytes of a file of {}", headerBytes, bytes.size());
    const std::string_view data = bytes.substr(kLengthBytes + headerBytes);

    // Two entries of one name would silently become one in the parsed object, so they are counted while parsing.
    std::set<std::string> keys;
    bool twice = false;
    const auto callback = [&](int depth, Json::parse_event_t event, Json &parsed) {
        if (depth == 1 && event == Json::parse_event_t::key && !keys.insert(parsed.get<std::string>()).second)
            twice = true;
        return true;
    };
    const Json header = Json::parse(bytes.substr(kLengthBytes, headerBytes), callback, false);
    if (!header.is_object())
        return damaged(name, "its header is not a JSON object");
    if (twice)
        return damaged(name, "its header names a tensor twice");

    SafetensorsFile file;
    std::vector<Extent> extents;
    for (const auto &[key, entry] : header.items()) {
        if (key == kMetadataKey) {
            TRAINYARD_TRY(file.metadata, readMetadata(entry, name));
            continue;
        }
        TRAINYARD_TRY(NamedTensor tensor, readTensor(key, entry, data, name, extents.emplace_back()));
        file.tensors.push_back(std::move(tensor));
    }
    TRAINYARD_CHECK(checkExtents(std::move(extents), data.size(), name));
    return file;
}

}  // namespace trainyard
