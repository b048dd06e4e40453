#include <QTemporaryDir>
#include <QtTest>

#include <bit>
#include <cmath>
#include <limits>

#include "engine/base/philox.h"
#include "engine/storage/run_store.h"
#include "engine/storage/sqlite.h"

using namespace trainyard;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

// Points come back exactly as they went in, and the overview says the same as the points.
class TestSeriesLog : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunStore> m_store;
    std::int64_t m_run = 0, m_series = 0;

    void append(const std::vector<StoredPoint> &points) { QVERIFY(m_store->appendPoints(m_run, points)); }

    void compareExactly(const std::vector<StoredPoint> &expected)
    {
        const auto data = m_store->points(m_series);
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QCOMPARE(data->size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(std::bit_cast<std::uint64_t>(data->value[i]), std::bit_cast<std::uint64_t>(expected[i].value));
            QCOMPARE(data->step[i], static_cast<double>(expected[i].step));
            QCOMPARE(data->timeMs[i], expected[i].timeMs);
            QCOMPARE(data->segment[i], expected[i].segment);
        }
    }

    void compareOverview(const std::vector<StoredPoint> &points)
    {
        const auto buckets = m_store->overview(m_series).value();
        std::size_t at = 0;
        for (const SeriesBucket &bucket : buckets) {
            const auto count = static_cast<std::size_t>(bucket.count);
            QVERIFY(count > 0 && at + count <= points.size());
            double sum = 0, low = kInfinity, high = -kInfinity;
            std::int64_t nonFinite = 0;
            for (std::size_t i = at; i < at + count; ++i) {
                const double value = points[i].value;
                if (!std::isfinite(value)) {
                    ++nonFinite;
                    continue;
                }
                sum += value;
                low = std::min(low, value);
                high = std::max(high, value);
            }
            QCOMPARE(bucket.nonFinite, nonFinite);
            QCOMPARE(bucket.min.has_value(), nonFinite < bucket.count);
            if (bucket.min) {
                QCOMPARE(*bucket.min, low);
                QCOMPARE(*bucket.max, high);
                QCOMPARE(bucket.sum, sum);
            }
            QCOMPARE(bucket.firstStep, points[at].step);
            QCOMPARE(bucket.lastStep, points[at + count - 1].step);
            QCOMPARE(std::bit_cast<std::uint64_t>(bucket.last), std::bit_cast<std::uint64_t>(points[at + count - 1].value));
            at += count;
        }
        QCOMPARE(at, points.size());
    }

private slots:
    void init()
    {
        m_store.reset();
        m_folder = std::make_unique<QTemporaryDir>();
        m_store = RunStore::open(m_folder->filePath("runs.sqlite").toStdString()).value();
        m_run = m_store->createRun({}).value();
        m_series = m_store->declareSeries(m_run, "train/loss", "").value();
    }

    void everyKindOfNumberSurvives()
    {
        std::vector<StoredPoint> points;
        std::int64_t step = 0;
        for (const double value : {0.1, -0.0, kNaN, -kNaN, kInfinity, -kInfinity, 5e-324, 1.7976931348623157e308,
                                   std::bit_cast<double>(std::uint64_t{0x7ff8dead'beef0001})})
            points.push_back({m_series, ++step, step, 0, value});
        append(points);
        compareExactly(points);
        QVERIFY(m_store->sealRun(m_run));
        compareExactly(points);
        compareOverview(points);
        const StoredSeries series = m_store->series(m_run)->front();
        QCOMPARE(series.count, 9);
        QCOMPARE(series.nonFinite, 5);
        QCOMPARE(*series.min, -0.0);
        QCOMPARE(*series.max, 1.7976931348623157e308);
        QCOMPARE(series.maxStep, 8);
        QVERIFY(std::isnan(*series.last));
    }

    void aSeriesOfNothingButNotANumberHasNoExtremes()
    {
        append({{m_series, 1, 1, 0, kNaN}});
        const StoredSeries series = m_store->series(m_run)->front();
        QVERIFY(!series.min && !series.max);
        QVERIFY(std::isnan(series.last.value()));
        QVERIFY(!m_store->overview(m_series)->front().min);
    }

    void anEmptySeriesIsEmpty()
    {
        QCOMPARE(m_store->points(m_series)->size(), 0u);
        QVERIFY(m_store->overview(m_series)->empty());
        QVERIFY(!m_store->series(m_run)->front().last);
    }

    void blocksOfAnySizeComeBackInOrder_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("batch");
        for (const int count : {1, 1023, 1024, 1025, 5000})
            for (const int batch : {1, 100, 1024, 5000})
                if (count / batch <= 1100)
                    QTest::addRow("%d by %d", count, batch) << count << batch;
    }

    void blocksOfAnySizeComeBackInOrder()
    {
        QFETCH(int, count);
        QFETCH(int, batch);
        PhiloxSequence random(3, RandomStream::Shuffle, 0);
        std::vector<StoredPoint> points;
        for (int i = 0; i < count; ++i)
            points.push_back({m_series, i * 10, 1'700'000'000'000 + i * 3, 0, random.below(50) == 0 ? kNaN : random.uniform()});
        // One transaction around the appends, as the recorder makes it.
        QVERIFY(m_store->transact([&]() -> Status {
            for (std::size_t at = 0; at < points.size(); at += static_cast<std::size_t>(batch))
                TRAINYARD_CHECK(m_store->appendPoints(
                    m_run, std::span(points).subspan(at, std::min(static_cast<std::size_t>(batch), points.size() - at))));
            return {};
        }));
        compareExactly(points);
        compareOverview(points);
        QVERIFY(m_store->sealRun(m_run));
        QVERIFY(m_store->sealRun(m_run));  // harmless
        compareExactly(points);
        compareOverview(points);
    }

    void stepsMayGoBackAndTimesFarApart()
    {
        std::vector<StoredPoint> points;
        for (int i = 0; i < 3000; ++i)
            points.push_back({m_series, i < 1500 ? i : i - 700, i % 2 ? 0 : std::int64_t{1} << 50, i < 1500 ? 0u : 1u, 1.0 * i});
        append(points);
        compareExactly(points);
        QVERIFY(m_store->sealRun(m_run));
        compareExactly(points);
    }

    void aResumedRunGoesOnBehindItsSealedPoints()
    {
        std::vector<StoredPoint> points{{m_series, 1, 1, 0, 0.5}, {m_series, 2, 2, 0, 0.25}};
        append(points);
        QVERIFY(m_store->sealRun(m_run));
        const std::vector<StoredPoint> more{{m_series, 2, 9, 1, 0.125}};
        append(more);
        points.push_back(more[0]);
        compareExactly(points);
        QVERIFY(m_store->sealRun(m_run));
        compareExactly(points);
        compareOverview(points);
    }

    void pointsOfAnotherRunAreRefusedWhole()
    {
        const auto other = m_store->createRun({}).value();
        const auto foreign = m_store->declareSeries(other, "train/loss", "").value();
        const std::vector<StoredPoint> mixed{{m_series, 1, 1, 0, 1.0}, {foreign, 1, 1, 0, 1.0}};
        QVERIFY(!m_store->appendPoints(m_run, mixed));
        QCOMPARE(m_store->points(m_series)->size(), 0u);
    }

    void aDamagedBlockIsSaidAndNotShown()
    {
        std::vector<StoredPoint> points;
        for (int i = 0; i < 1024; ++i)
            points.push_back({m_series, i, i, 0, 1.0});
        append(points);
        auto database = Database::open(m_store->path(), Database::Mode::ReadWrite).value();
        for (const char *damage : {"UPDATE chunk SET data = x'00'", "UPDATE chunk SET data = x''", "UPDATE chunk SET cnt = 1000000",
                                   "UPDATE chunk SET cnt = -5", "DELETE FROM chunk"}) {
            QVERIFY(database->execute(damage));
            const auto read = m_store->points(m_series);
            QVERIFY2(!read, damage);
            QCOMPARE(read.error().code, ErrorCode::InvalidFile);
            QVERIFY(read.error().message.find("from a copy") != std::string::npos);
        }
    }
};

QTEST_GUILESS_MAIN(TestSeriesLog)
#include "tst_series_log.moc"
