#include "engine/storage/series_log.h"

#include <bit>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace trainyard {

namespace {

std::int64_t toBits(double value)
{
    return std::bit_cast<std::int64_t>(value);
}

double fromBits(std::int64_t bits)
{
    return std::bit_cast<double>(bits);
}

constexpr int kChunkNumberBits = 24;

}  // namespace

Result<std::int64_t> SeriesLog::declare(std::int64_t runId, std::string_view name, std::string_view unit)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(m_database));
    TRAINYARD_TRY(auto insert, m_database.prepare("INSERT INTO series(run_id, name, unit) VALUES(?1, ?2, ?3) "
                                                  "ON CONFLICT(run_id, name) DO NOTHING"));
    TRAINYARD_CHECK(insert.bind(runId, name, unit).run());
    TRAINYARD_TRY(auto find, m_database.prepare("SELECT id FROM series WHERE run_id = ?1 AND name = ?2"));
    TRAINYARD_TRY(const bool found, find.bind(runId, name).next());
    if (!found)
        return fail(ErrorCode::NotFound, "There is no run {} to add the series {} to.", runId, name);
    const std::int64_t id = find.integer(0);
    find.restart();
    TRAINYARD_TRY(auto stat, m_database.prepare("INSERT INTO series_stat VALUES(?1,0,0,0,0,0,NULL,0,NULL,0,0) "
                                                "ON CONFLICT(series_id) DO NOTHING"));
    TRAINYARD_CHECK(stat.bind(id).run());
    TRAINYARD_CHECK(transaction.commit());
    return id;
}

Result<SeriesLog::Stat> SeriesLog::load(std::int64_t seriesId)
{
    TRAINYARD_TRY(auto find, m_database.prepare(
        "SELECT run_id, n, sealed, chunks, last_step, last_bits, min, min_step, max, max_step, nonfinite "
        "FROM series_stat JOIN series ON series.id = series_id WHERE series_id = ?1"));
    TRAINYARD_TRY(const bool found, find.bind(seriesId).next());
    if (!found)
        return fail(ErrorCode::NotFound, "There is no series {} in {}.", seriesId, m_database.path().string());
    Stat stat;
    stat.runId = find.integer(0);
    stat.count = find.integer(1);
    stat.sealed = find.integer(2);
    stat.chunks = find.integer(3);
    stat.lastStep = find.integer(4);
    stat.last = fromBits(find.integer(5));
    stat.min = find.optionalReal(6);
    stat.minStep = find.integer(7);
    stat.max = find.optionalReal(8);
    stat.maxStep = find.integer(9);
    stat.nonFinite = find.integer(10);
    return stat;
}

Status SeriesLog::save(std::int64_t seriesId, const Stat &stat)
{
    TRAINYARD_TRY(auto update, m_database.prepare(
        "UPDATE series_stat SET n = ?2, sealed = ?3, chunks = ?4, last_step = ?5, last_bits = ?6, min = ?7, "
        "min_step = ?8, max = ?9, max_step = ?10, nonfinite = ?11 WHERE series_id = ?1"));
    return update.bind(seriesId, stat.count, stat.sealed, stat.chunks, stat.lastStep, toBits(stat.last), stat.min,
                       stat.minStep, stat.max, stat.maxStep, stat.nonFinite).run();
}

Status SeriesLog::append(std::int64_t runId, std::span<const StoredPoint> points)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(m_database));
    // The stats are read anew per batch, one indexed row per series: another connection may have written between.
    std::unordered_map<std::int64_t, Stat> stats;
    for (const StoredPoint &point : points) {
        auto entry = stats.find(point.seriesId);
        if (entry == stats.end()) {
            TRAINYARD_TRY(const Stat loaded, load(point.seriesId));
            if (loaded.runId != runId) {
                return fail(ErrorCode::InvalidArgument, "Series {} belongs to run {}, not to run {}.", point.seriesId,
                            loaded.runId, runId);
            }
            entry = stats.emplace(point.seriesId, loaded).first;
        }
        Stat &stat = entry->second;
        {
            TRAINYARD_TRY(auto insert, m_database.prepare("INSERT INTO tail VALUES(?1, ?2, ?3, ?4, ?5, ?6)"));
            TRAINYARD_CHECK(insert.bind(point.seriesId, stat.count, point.step, point.timeMs,
                                        std::int64_t{point.segment}, toBits(point.value)).run());
        }
        ++stat.count;
        stat.lastStep = point.step;
        stat.last = point.value;
        if (!std::isfinite(point.value)) {
            ++stat.nonFinite;
        } else {
            if (!stat.min || point.value < *stat.min) {
                stat.min = point.value;
                stat.minStep = point.step;
            }
            if (!stat.max || point.value > *stat.max) {
                stat.max = point.value;
                stat.maxStep = point.step;
            }
        }
    }
    for (auto &[seriesId, stat] : stats) {
        while (stat.count - stat.sealed >= static_cast<std::int64_t>(kChunkPoints))
            TRAINYARD_CHECK(seal(seriesId, stat, kChunkPoints));
        TRAINYARD_CHECK(save(seriesId, stat));
    }
    return transaction.commit();
}

Result<std::vector<ChunkPoint>> SeriesLog::tail(std::int64_t seriesId, std::size_t limit)
{
    TRAINYARD_TRY(auto rows, m_database.prepare(
        "SELECT step, t_ms, segment, bits FROM tail WHERE series_id = ?1 ORDER BY n LIMIT ?2"));
    rows.bind(seriesId, static_cast<std::int64_t>(limit));
    std::vector<ChunkPoint> points;
    for (;;) {
        TRAINYARD_TRY(const bool more, rows.next());
        if (!more)
            return points;
        points.push_back({rows.integer(0), rows.integer(1), static_cast<std::uint32_t>(rows.integer(2)),
                          fromBits(rows.integer(3))});
    }
}

Status SeriesLog::seal(std::int64_t seriesId, Stat &stat, std::size_t count)
{
    TRAINYARD_TRY(const auto points, tail(seriesId, count));
    if (points.size() != count || stat.chunks >= (std::int64_t{1} << kChunkNumberBits)) {
        return fail(ErrorCode::InvalidFile, "Series {} in {} should have {} points waiting to be packed, but has {}. "
                    "Restore the file from a copy.", seriesId, m_database.path().string(), count, points.size());
    }
    const std::string blob = encodeChunk(points);
    TRAINYARD_TRY(auto chunk, m_database.prepare("INSERT INTO chunk VALUES(?1, ?2, ?3, ?4)"));
    TRAINYARD_CHECK(chunk.bind((seriesId << kChunkNumberBits) | stat.chunks, seriesId,
                               static_cast<std::int64_t>(count), std::as_bytes(std::span(blob))).run());
    const SeriesBucket bucket = summarize(points);
    TRAINYARD_TRY(auto lod, m_database.prepare("INSERT INTO lod VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"));
    TRAINYARD_CHECK(lod.bind(seriesId, stat.chunks, bucket.count, bucket.firstStep, bucket.lastStep, bucket.firstTimeMs,
                             bucket.lastTimeMs, bucket.min, bucket.max, bucket.sum, toBits(bucket.last),
                             bucket.nonFinite).run());
    stat.sealed += static_cast<std::int64_t>(count);
    ++stat.chunks;
    TRAINYARD_TRY(auto remove, m_database.prepare("DELETE FROM tail WHERE series_id = ?1 AND n < ?2"));
    return remove.bind(seriesId, stat.sealed).run();
}

Status SeriesLog::sealRun(std::int64_t runId)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(m_database));
    TRAINYARD_TRY(const auto all, list(runId));
    for (const StoredSeries &series : all) {
        TRAINYARD_TRY(Stat stat, load(series.id));
        if (stat.count == stat.sealed)
            continue;
        TRAINYARD_CHECK(seal(series.id, stat, static_cast<std::size_t>(stat.count - stat.sealed)));
        TRAINYARD_CHECK(save(series.id, stat));
    }
    return transaction.commit();
}

Result<std::vector<StoredSeries>> SeriesLog::list(std::int64_t runId)
{
    TRAINYARD_TRY(auto rows, m_database.prepare(
        "SELECT series.id, name, unit, n, last_step, last_bits, min, min_step, max, max_step, nonfinite "
        "FROM series JOIN series_stat ON series_id = series.id WHERE run_id = ?1 ORDER BY name"));
    rows.bind(runId);
    std::vector<StoredSeries> all;
    for (;;) {
        TRAINYARD_TRY(const bool more, rows.next());
        if (!more)
            return all;
        StoredSeries series;
        series.id = rows.integer(0);
        series.runId = runId;
        series.name = rows.text(1);
        series.unit = rows.text(2);
        series.count = rows.integer(3);
        series.lastStep = rows.integer(4);
        if (series.count > 0)
            series.last = fromBits(rows.integer(5));
        series.min = rows.optionalReal(6);
        series.minStep = rows.integer(7);
        series.max = rows.optionalReal(8);
        series.maxStep = rows.integer(9);
        series.nonFinite = rows.integer(10);
        all.push_back(std::move(series));
    }
}

Result<SeriesData> SeriesLog::points(std::int64_t seriesId)
{
    // One read transaction: a seal between the two statements would show points twice or not at all.
    TRAINYARD_TRY(auto transaction, Transaction::begin(m_database, Transaction::Kind::Read));
    TRAINYARD_TRY(const Stat stat, load(seriesId));
    SeriesData data;
    {
        TRAINYARD_TRY(auto rows, m_database.prepare(
            "SELECT cnt, data FROM chunk WHERE id >= ?1 AND id < ?2 ORDER BY id"));
        rows.bind(seriesId << kChunkNumberBits, (seriesId + 1) << kChunkNumberBits);
        for (;;) {
            TRAINYARD_TRY(const bool more, rows.next());
            if (!more)
                break;
            TRAINYARD_CHECK(decodeChunk(rows.blob(1), static_cast<std::size_t>(rows.integer(0)), data));
        }
    }
    TRAINYARD_TRY(const auto open, tail(seriesId, std::numeric_limits<std::int32_t>::max()));
    for (const ChunkPoint &point : open) {
        data.step.push_back(static_cast<double>(point.step));
        data.timeMs.push_back(point.timeMs);
        data.segment.push_back(point.segment);
        data.value.push_back(point.value);
    }
    if (static_cast<std::int64_t>(data.size()) != stat.count) {
        return fail(ErrorCode::InvalidFile, "Series {} in {} should have {} points, but {} were found. Restore the file "
                    "from a copy.", seriesId, m_database.path().string(), stat.count, data.size());
    }
    TRAINYARD_CHECK(transaction.commit());
    return data;
}

Result<std::vector<SeriesBucket>> SeriesLog::overview(std::int64_t seriesId)
{
    TRAINYARD_TRY(auto transaction, Transaction::begin(m_database, Transaction::Kind::Read));
    std::vector<SeriesBucket> buckets;
    {
        TRAINYARD_TRY(auto rows, m_database.prepare(
            "SELECT cnt, step0, step1, t0, t1, vmin, vmax, vsum, last_bits, nonfinite FROM lod WHERE series_id = ?1 "
            "ORDER BY n"));
        rows.bind(seriesId);
        for (;;) {
            TRAINYARD_TRY(const bool more, rows.next());
            if (!more)
                break;
            SeriesBucket bucket;
            bucket.count = rows.integer(0);
            bucket.firstStep = rows.integer(1);
            bucket.lastStep = rows.integer(2);
            bucket.firstTimeMs = rows.integer(3);
            bucket.lastTimeMs = rows.integer(4);
            bucket.min = rows.optionalReal(5);
            bucket.max = rows.optionalReal(6);
            bucket.sum = rows.real(7);
            bucket.last = fromBits(rows.integer(8));
            bucket.nonFinite = rows.integer(9);
            buckets.push_back(bucket);
        }
    }
    TRAINYARD_TRY(const auto open, tail(seriesId, std::numeric_limits<std::int32_t>::max()));
    if (!open.empty())
        buckets.push_back(summarize(open));
    TRAINYARD_CHECK(transaction.commit());
    return buckets;
}

}  // namespace trainyard
