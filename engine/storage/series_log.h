// The points of all series: an open tail of single rows, sealed into blobs of 1024 with a summary row each.
//
// A point's number n within its series is its key in the tail; sealed points are 0 .. sealed-1, the tail holds
// sealed .. n-1 without a gap.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/storage/chunk_codec.h"
#include "engine/storage/run_record.h"
#include "engine/storage/sqlite.h"

namespace trainyard {

class SeriesLog {
public:
    explicit SeriesLog(Database &database) : m_database(database) {}

    Result<std::int64_t> declare(std::int64_t runId, std::string_view name, std::string_view unit);
    Status append(std::int64_t runId, std::span<const StoredPoint> points);
    Status sealRun(std::int64_t runId);

    Result<std::vector<StoredSeries>> list(std::int64_t runId);
    Result<SeriesData> points(std::int64_t seriesId);
    Result<std::vector<SeriesBucket>> overview(std::int64_t seriesId);

private:
    // A row of series_stat.
    struct Stat {
        std::int64_t runId = 0;
        std::int64_t count = 0, sealed = 0, chunks = 0;
        std::int64_t lastStep = 0;
        double last = 0;
        std::optional<double> min, max;
        std::int64_t minStep = 0, maxStep = 0, nonFinite = 0;
    };

    Result<Stat> load(std::int64_t seriesId);
    Status save(std::int64_t seriesId, const Stat &stat);
    Status seal(std::int64_t seriesId, Stat &stat, std::size_t count);
    Result<std::vector<ChunkPoint>> tail(std::int64_t seriesId, std::size_t limit);

    Database &m_database;
};

}  // namespace trainyard
