#include "engine/exchange/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>

#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/exchange/safetensors_header.h"

namespace trainyard {

namespace {

static_assert(std::endian::native == std::endian::little, "the container is little endian and so are the tensors here");

constexpr std::size_t kAlignment = 8;
constexpr const char *kMetadataKey = "__metadata__";

using Json = nlohmann::ordered_json;

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
    char length[kSafetensorsLengthBytes];
    const std::uint64_t headerBytes = text.size();
    std::memcpy(length, &headerBytes, kSafetensorsLengthBytes);

    std::vector<std::string_view> pieces{{length, kSafetensorsLengthBytes}, text};
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
    TRAINYARD_TRY(const std::uint64_t headerBytes, safetensorsHeaderLength(bytes.substr(0, kSafetensorsLengthBytes), bytes.size(), name));
    const std::string_view data = bytes.substr(kSafetensorsLengthBytes + headerBytes);
    TRAINYARD_TRY(SafetensorsHeader header, parseSafetensorsHeader(bytes.substr(kSafetensorsLengthBytes, headerBytes), data.size(), name));
    SafetensorsFile file;
    file.metadata = std::move(header.metadata);
    for (TensorEntry &entry : header.tensors) {
        if (!entry.dtype)
            return fail(ErrorCode::Unsupported, "{}: the tensor \"{}\" holds elements of type {}, which cannot be read yet. Save it as F32.", name,
                        entry.name, entry.dtypeText);
        NamedTensor tensor{std::move(entry.name), HostTensor({*entry.dtype, std::move(entry.shape)})};
        if (!tensor.tensor.data.empty())
            std::memcpy(tensor.tensor.data.data(), data.data() + entry.begin, tensor.tensor.data.size());
        file.tensors.push_back(std::move(tensor));
    }
    return file;
}

}  // namespace trainyard
