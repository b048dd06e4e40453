#include "engine/storage/chunk_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace trainyard {

namespace {

static_assert(std::endian::native == std::endian::little, "the blobs are written as they lie in memory");

enum Flag : std::uint8_t { WideTimes = 1, IrregularSteps = 2, MixedSegments = 4 };

template <typename T>
void put(std::string &blob, T value)
{
    blob.append(reinterpret_cast<const char *>(&value), sizeof(T));
}

template <typename T>
T take(std::string_view &blob)
{
    T value;
    std::memcpy(&value, blob.data(), sizeof(T));
    blob.remove_prefix(sizeof(T));
    return value;
}

// Steps are the engine's counters, far from the ends of 64 bits; unsigned arithmetic keeps odd ones defined.
std::int64_t stepAt(std::int64_t first, std::int64_t stride, std::size_t i)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + static_cast<std::uint64_t>(stride) * i);
}

std::int64_t difference(std::int64_t a, std::int64_t b)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

std::size_t blobSize(std::uint8_t flags, std::size_t count)
{
    return 1 + count * 8 + ((flags & WideTimes) ? count * 8 : 8 + count * 4)
           + ((flags & IrregularSteps) ? count * 8 : 16) + ((flags & MixedSegments) ? count * 4 : 4);
}

}  // namespace

std::string encodeChunk(std::span<const ChunkPoint> points)
{
    const ChunkPoint &first = points.front();
    const std::int64_t stride = points.size() > 1 ? difference(points[1].step, first.step) : 0;
    std::uint8_t flags = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::int64_t offset = difference(points[i].timeMs, first.timeMs);
        if (offset < std::numeric_limits<std::int32_t>::min() || offset > std::numeric_limits<std::int32_t>::max())
            flags |= WideTimes;
        if (points[i].step != stepAt(first.step, stride, i))
            flags |= IrregularSteps;
        if (points[i].segment != first.segment)
            flags |= MixedSegments;
    }

    std::string blob;
    blob.reserve(blobSize(flags, points.size()));
    put(blob, flags);
    for (const ChunkPoint &point : points)
        put(blob, std::bit_cast<std::uint64_t>(point.value));
    if (!(flags & WideTimes))
        put(blob, first.timeMs);
    for (const ChunkPoint &point : points) {
        if (flags & WideTimes)
            put(blob, point.timeMs);
        else
            put(blob, static_cast<std::int32_t>(difference(point.timeMs, first.timeMs)));
    }
    if (flags & IrregularSteps) {
        for (const ChunkPoint &point : points)
            put(blob, point.step);
    } else {
        put(blob, first.step);
        put(blob, stride);
    }
    if (flags & MixedSegments) {
        for (const ChunkPoint &point : points)
            put(blob, point.segment);
    } else {
        put(blob, first.segment);
    }
    return blob;
}

Status decodeChunk(std::string_view blob, std::size_t count, SeriesData &data)
{
    const std::uint8_t flags = blob.empty() ? 0xff : static_cast<std::uint8_t>(blob.front());
    if (count == 0 || count > kChunkPoints || flags > (WideTimes | IrregularSteps | MixedSegments)
        || blob.size() != blobSize(flags, count)) {
        return fail(ErrorCode::InvalidFile,
                    "A block of {} points in the run history is damaged ({} bytes). Restore runs.sqlite from a copy.",
                    count, blob.size());
    }
    blob.remove_prefix(1);
    for (std::size_t i = 0; i < count; ++i)
        data.value.push_back(std::bit_cast<double>(take<std::uint64_t>(blob)));
    const std::int64_t time0 = (flags & WideTimes) ? 0 : take<std::int64_t>(blob);
    for (std::size_t i = 0; i < count; ++i) {
        data.timeMs.push_back((flags & WideTimes) ? take<std::int64_t>(blob)
                                                  : stepAt(time0, take<std::int32_t>(blob), 1));
    }
    const std::int64_t step0 = (flags & IrregularSteps) ? 0 : take<std::int64_t>(blob);
    const std::int64_t stride = (flags & IrregularSteps) ? 0 : take<std::int64_t>(blob);
    for (std::size_t i = 0; i < count; ++i) {
        data.step.push_back(static_cast<double>((flags & IrregularSteps) ? take<std::int64_t>(blob)
                                                                         : stepAt(step0, stride, i)));
    }
    const std::uint32_t segment0 = (flags & MixedSegments) ? 0 : take<std::uint32_t>(blob);
    for (std::size_t i = 0; i < count; ++i)
        data.segment.push_back((flags & MixedSegments) ? take<std::uint32_t>(blob) : segment0);
    return {};
}

SeriesBucket summarize(std::span<const ChunkPoint> points)
{
    SeriesBucket bucket;
    bucket.count = static_cast<std::int64_t>(points.size());
    bucket.firstStep = points.front().step;
    bucket.lastStep = points.back().step;
    bucket.firstTimeMs = points.front().timeMs;
    bucket.lastTimeMs = points.back().timeMs;
    bucket.last = points.back().value;
    for (const ChunkPoint &point : points) {
        if (!std::isfinite(point.value)) {
            ++bucket.nonFinite;
            continue;
        }
        bucket.min = std::min(bucket.min.value_or(point.value), point.value);
        bucket.max = std::max(bucket.max.value_or(point.value), point.value);
        bucket.sum += point.value;
    }
    return bucket;
}

}  // namespace trainyard
