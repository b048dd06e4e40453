// Up to 1024 points of one series as one blob, bit for bit.
//
// Little endian: flags (u8), values (u64 bits each), times, steps, segments. Most series are regular, so times are
// 32-bit offsets to the first, steps are first + i * stride and the segment is one number; a flag per part says
// where that does not hold and the full numbers are there instead. 12 bytes a point in the regular case.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/storage/run_record.h"

namespace trainyard {

constexpr std::size_t kChunkPoints = 1024;

struct ChunkPoint {
    std::int64_t step = 0;
    std::int64_t timeMs = 0;
    std::uint32_t segment = 0;
    double value = 0;
};

std::string encodeChunk(std::span<const ChunkPoint> points);

// Appends count points to data. Error InvalidFile: blob is not exactly what count points take.
Status decodeChunk(std::string_view blob, std::size_t count, SeriesData &data);

// points must not be empty.
SeriesBucket summarize(std::span<const ChunkPoint> points);

}  // namespace trainyard
