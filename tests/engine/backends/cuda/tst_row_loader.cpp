// Rows collected by several threads are the rows asked for.
#include <QtTest>

#include <cstring>

#include "engine/backends/cuda/row_loader.h"

using namespace trainyard::cuda;

namespace {

// Every byte of a row tells the row and its place.
std::vector<std::byte> table(std::size_t rows, std::size_t rowBytes)
{
    std::vector<std::byte> bytes(rows * rowBytes);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(i * 31 + i / rowBytes * 7);
    return bytes;
}

}  // namespace

class TestRowLoader : public QObject {
    Q_OBJECT

private slots:
    void everyRowLandsInItsPlace_data()
    {
        QTest::addColumn<int>("threads");
        QTest::addColumn<int>("batch");
        for (const int threads : {1, 2, 4})
            for (const int batch : {1, 15, 16, 17, 500})
                QTest::addRow("%d threads, %d rows", threads, batch) << threads << batch;
    }
    void everyRowLandsInItsPlace()
    {
        QFETCH(int, threads);
        QFETCH(int, batch);
        constexpr std::size_t kRows = 300, kWide = 9000, kNarrow = 4;
        const auto wide = table(kRows, kWide), narrow = table(kRows, kNarrow);
        RowLoader loader(threads);
        const auto count = static_cast<std::size_t>(batch);
        std::vector<std::byte> wideOut(count * kWide), narrowOut(count * kNarrow);
        for (int round = 0; round < 5; ++round) {
            GatherJob job{&loader, {{wide.data(), kRows, kWide, wideOut.data()}, {narrow.data(), kRows, kNarrow, narrowOut.data()}}, {}};
            for (std::size_t i = 0; i < count; ++i)
                job.rows.push_back(static_cast<std::int32_t>((i * 37 + static_cast<std::size_t>(round) * 11) % kRows));
            loader.gather(job);
            for (std::size_t i = 0; i < count; ++i) {
                const auto row = static_cast<std::size_t>(job.rows[i]);
                QVERIFY(std::memcmp(wideOut.data() + i * kWide, wide.data() + row * kWide, kWide) == 0);
                QVERIFY(std::memcmp(narrowOut.data() + i * kNarrow, narrow.data() + row * kNarrow, kNarrow) == 0);
            }
        }
    }

    void rowsThatDoNotExistLeaveTheirPlaceAlone()
    {
        const auto rows = table(4, 8);
        std::vector<std::byte> out(3 * 8, std::byte{0xAB});
        RowLoader loader(2);
        loader.gather({&loader, {{rows.data(), 4, 8, out.data()}}, {-1, 2, 4}});
        for (std::size_t i = 0; i < 8; ++i) {
            QCOMPARE(out[i], std::byte{0xAB});
            QCOMPARE(out[8 + i], rows[16 + i]);
            QCOMPARE(out[16 + i], std::byte{0xAB});
        }
    }
};

QTEST_GUILESS_MAIN(TestRowLoader)
#include "tst_row_loader.moc"
