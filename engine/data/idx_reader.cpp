#include "engine/data/idx_reader.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/base/format.h"
#include "engine/data/text_file.h"

namespace trainyard {

namespace {

std::uint64_t bigEndian(const char *bytes, std::size_t count)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    return value;
}

std::size_t elementBytes(std::uint8_t type)
{
    switch (type) {
    case 0x08: case 0x09: return 1;
    case 0x0B: return 2;
    case 0x0C: case 0x0D: return 4;
    case 0x0E: return 8;
    default: return 0;
    }
}

double element(std::uint8_t type, const char *at)
{
    switch (type) {
    case 0x09: return static_cast<std::int8_t>(*at);
    case 0x0B: return static_cast<std::int16_t>(bigEndian(at, 2));
    case 0x0C: return static_cast<std::int32_t>(bigEndian(at, 4));
    case 0x0D: return std::bit_cast<float>(static_cast<std::uint32_t>(bigEndian(at, 4)));
    default: return std::bit_cast<double>(bigEndian(at, 8));
    }
}

}  // namespace

Result<HostTensor> readIdx(const std::filesystem::path &path)
{
    const std::string name = path.filename().string();
    TRAINYARD_TRY(const std::vector<char> bytes, readDataFile(path));
    const auto have = static_cast<std::int64_t>(bytes.size());
    if (have < 4)
        return fail(ErrorCode::InvalidFile, "{} is cut short: an IDX file has at least 4 bytes, this one {}. Get it again.", name, have);
    const auto type = static_cast<std::uint8_t>(bytes[2]);
    const auto rank = static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[3]));
    const std::size_t width = elementBytes(type);
    if (bytes[0] != 0 || bytes[1] != 0 || width == 0 || rank == 0 || rank > 8)
        return fail(ErrorCode::InvalidFile, "{} is not an IDX file: its first four bytes are 0x{:08x}. Choose an IDX file.", name,
                    bigEndian(bytes.data(), 4));
    const std::size_t header = 4 + 4 * rank;
    if (bytes.size() < header)
        return fail(ErrorCode::InvalidFile, "{} is cut short: expected {} bytes of header, found {}. Get it again.", name, header, have);
    std::vector<std::int64_t> sizes;
    std::int64_t count = 1;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        const auto size = static_cast<std::int64_t>(bigEndian(bytes.data() + 4 + 4 * axis, 4));
        if (size == 0)
            return fail(ErrorCode::InvalidData, "{} is empty: the size of its axis {} is 0. Choose another file.", name, axis + 1);
        if (size > std::numeric_limits<std::int32_t>::max() || count > std::numeric_limits<std::int64_t>::max() / 64 / size)
            return fail(ErrorCode::InvalidFile, "{} has a damaged header: its sizes are too large to be true. Get it again.", name);
        count *= size;
        sizes.push_back(size);
    }
    const std::int64_t expected = static_cast<std::int64_t>(header) + count * static_cast<std::int64_t>(width);
    if (expected != have)
        return fail(ErrorCode::InvalidFile, "{} {}: its header ({}) asks for {} bytes, the file has {}. Get it again.", name,
                    have < expected ? "is cut short" : "is too long", Shape(sizes).text(), formatCount(expected), formatCount(have));
    try {
        HostTensor tensor({type == 0x08 ? DType::U8 : DType::F32, Shape(sizes)});
        const char *at = bytes.data() + header;
        if (type == 0x08) {
            std::memcpy(tensor.data.data(), at, static_cast<std::size_t>(count));
            return tensor;
        }
        std::int64_t index = 0;
        for (float &value : tensor.as<float>()) {
            const double raw = element(type, at);
            if (!(std::abs(raw) <= std::numeric_limits<float>::max()))
                return fail(ErrorCode::InvalidData, "{}: element {} is not a finite number that fits 32 bits.", name, formatCount(index));
            value = static_cast<float>(raw);
            at += width;
            ++index;
        }
        return tensor;
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "There is not enough memory to read {}.", name);
    }
}

}  // namespace trainyard
