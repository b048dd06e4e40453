// The index arithmetic of the CUDA kernels, run on the host: the same inline functions the kernels call, compared with
// plain loops that need no cleverness.
#include <numeric>
#include <random>
#include <set>

#include <QtTest>

#include "engine/backends/cuda/channel_tiles.h"
#include "engine/backends/cuda/column_copy.h"
#include "engine/backends/cuda/pool_window.h"
#include "engine/backends/cuda/tensor_chunks.h"

using namespace trainyard;
using namespace trainyard::cuda;

class TestKernelIndices : public QObject {
    Q_OBJECT

private:
    // Copies as the kernel does, unit by unit, through unitMove().
    static void copyUnits(std::span<const ColumnPiece> pieces, std::int64_t rows, std::int64_t elementBytes)
    {
        const std::int64_t unit = copyUnit(pieces, elementBytes);
        const ColumnCopy copy = columnCopy(pieces, elementBytes, unit);
        for (std::uint32_t item = 0; item < rows * copy.width.divisor(); ++item) {
            const UnitMove move = unitMove(copy, item);
            std::copy_n(copy.pieces[move.piece].from + move.from * unit, unit, copy.pieces[move.piece].to + move.to * unit);
        }
    }

private slots:
    void divisionByMultiplicationIsExact()
    {
        std::mt19937 random(1);
        std::vector<std::int64_t> divisors{1, 2, 3, 5, 7, 64, 100, 641, 6700417, kMostFastItems - 1, kMostFastItems, std::int64_t{1} << 30};
        for (int i = 0; i < 200; ++i)
            divisors.push_back(std::max<std::int64_t>(random() >> (random() % 31 + 1), 1));
        for (const std::int64_t divisor : divisors) {
            const FastDivisor fast(divisor);
            const auto checkAt = [&](std::int64_t n) {
                if (n < 0 || n > kMostFastItems)
                    return;
                auto rest = static_cast<std::uint32_t>(n);
                const std::uint32_t remainder = fast.takeRemainder(rest);
                QCOMPARE(std::int64_t{rest}, n / divisor);
                QCOMPARE(std::int64_t{remainder}, n % divisor);
            };
            for (const std::int64_t n : {std::int64_t{0}, std::int64_t{1}, kMostFastItems - 1, kMostFastItems})
                checkAt(n);
            for (std::int64_t k = 1; k <= 3; ++k)
                for (const std::int64_t near : {-1, 0, 1})
                    checkAt(k * divisor + near);
            const std::int64_t last = kMostFastItems / divisor * divisor;
            checkAt(last - 1);
            checkAt(last);
            for (int i = 0; i < 200; ++i)
                checkAt(random() >> 1);
        }
    }

    void windowsOfPoolingAreThoseOfTheDefinition()
    {
        for (int inputs = 1; inputs <= 9; ++inputs)
            for (int kernel = 1; kernel <= 5; ++kernel)
                for (int stride = 1; stride <= 4; ++stride)
                    for (int before = 0; before <= 3; ++before)
                        for (int after = 0; after <= 3; ++after) {
                            if (inputs + before + after < kernel)
                                continue;
                            const Window2d window{kernel, 1, stride, 1, before, 0, after, 0};
                            const auto outputs = static_cast<int>(window.outputH(inputs));
                            const Pool2dAttributes pool{window, false, 0, 0};
                            const PoolAxis axis = poolWindow(pool, {1, inputs, 1, 1}, {1, outputs, 1, 1}).h;
                            for (int output = 0; output < outputs; ++output)
                                for (int input = 0; input < inputs; ++input) {
                                    const int position = input - (output * stride - before);
                                    const bool under = position >= 0 && position < kernel;
                                    const IndexRange seen = axis.inputsUnder(output), over = axis.outputsOver(input);
                                    QCOMPARE(input >= seen.begin && input < seen.end, under);
                                    QCOMPARE(output >= over.begin && output < over.end, under);
                                    if (under)
                                        QCOMPARE(input - axis.windowBegin(output), position);
                                }
                        }
    }

    void averagesDivideByWhatTheWindowSees()
    {
        const Window2d window{3, 2, 2, 1, 1, 1, 1, 0};
        Pool2dAttributes pool{window, false, 0, 0};
        const Shape x{1, 5, 4, 1}, y{1, window.outputH(5), window.outputW(4), 1};
        for (const bool countPadding : {false, true}) {
            pool.countPadding = countPadding;
            const PoolWindow w = poolWindow(pool, x, y);
            for (int oy = 0; oy < y[1]; ++oy)
                for (int ox = 0; ox < y[2]; ++ox) {
                    int seen = 0;
                    for (int ky = 0; ky < 3; ++ky)
                        for (int kx = 0; kx < 2; ++kx) {
                            const int iy = oy * 2 + ky - 1, ix = ox + kx - 1;
                            seen += iy >= 0 && iy < 5 && ix >= 0 && ix < 4 ? 1 : 0;
                        }
                    QCOMPARE(w.share(oy, ox), 1.0f / static_cast<float>(countPadding ? 6 : seen));
                }
        }
    }

    void itemsOfPixelsComeInMemoryOrder()
    {
        const int images = 3, height = 4, width = 5, packs = 7, pack = 4;
        const PixelItems items{FastDivisor(packs), FastDivisor(width), FastDivisor(height), images * height * width * packs};
        for (std::uint32_t i = 0; i < items.count; ++i) {
            const PixelItem at = items.item(i);
            QVERIFY(at.image < images && at.row < height && at.column < width && at.pack < packs);
            QCOMPARE(pixelOffset(at.image, at.row, at.column, height, width, packs * pack) + at.pack * pack, std::size_t{i} * pack);
        }
    }

    void chunksCoverEveryElementOfEveryTensorOnce()
    {
        std::mt19937 random(2);
        std::vector<std::int64_t> counts{1, 0, kChunkElements - 1, kChunkElements, kChunkElements + 1, 3 * kChunkElements};
        while (counts.size() < 3 * kMostTensors + 5)
            counts.push_back(random() % (5 * kChunkElements));
        std::vector<char> names(counts.size());  // stand for the tensors' memory: only addresses matter
        std::vector<std::int64_t> done(counts.size(), 0);
        int launches = 0;
        const auto status = forTensorChunks<2>(
            counts, [&](std::size_t i, int k) { return k == 0 ? static_cast<void *>(&names[i]) : nullptr; },
            [&](const TensorChunks<2> &chunks, unsigned blocks) -> Status {
                ++launches;
                for (std::uint32_t block = 0; block < blocks; ++block) {
                    const ChunkRange range = chunkRange(chunks, block);
                    const auto tensor = static_cast<std::size_t>(static_cast<char *>(chunks.arrays[0][range.tensor]) - names.data());
                    // In order and without a gap, never more than a chunk.
                    if (range.begin != done[tensor] || range.end <= range.begin || range.end - range.begin > kChunkElements)
                        return fail(ErrorCode::Internal, "tensor {}: {} to {} after {}", tensor, range.begin, range.end, done[tensor]);
                    done[tensor] = range.end;
                }
                return {};
            });
        QVERIFY2(status, status ? "" : status.error().message.c_str());
        QCOMPARE(done, counts);
        QCOMPARE(launches, 4);
    }

    void segmentsAreFoundAtTheirBorders()
    {
        const std::uint32_t begins[] = {0, 1, 5, 6, 100};
        const auto expected = [&](std::uint32_t position) {
            return static_cast<int>(std::upper_bound(std::begin(begins), std::end(begins), position) - std::begin(begins)) - 1;
        };
        for (std::uint32_t position = 0; position < 120; ++position)
            QCOMPARE(findSegment(begins, 5, position), expected(position));
    }

    void concatAndSliceMoveEveryByte_data()
    {
        QTest::addColumn<int>("elementBytes");
        QTest::addColumn<QList<int>>("widths");
        QTest::addColumn<int>("unit");
        QTest::newRow("16 bytes") << 4 << QList<int>{8, 4, 64} << 16;
        QTest::newRow("floats") << 4 << QList<int>{1, 5, 2} << 4;
        QTest::newRow("8 bytes of halves") << 2 << QList<int>{4, 12} << 8;
        QTest::newRow("odd halves") << 2 << QList<int>{3, 1, 1, 6} << 2;
        QTest::newRow("one") << 4 << QList<int>{7} << 4;
    }
    void concatAndSliceMoveEveryByte()
    {
        QFETCH(int, elementBytes);
        QFETCH(QList<int>, widths);
        QFETCH(int, unit);
        const int rows = 6, total = std::accumulate(widths.begin(), widths.end(), 0);
        struct alignas(16) Block {
            std::byte bytes[16];
        };
        const auto bytes = [](std::vector<Block> &blocks) { return blocks.front().bytes; };
        const auto blocksFor = [&](int elements) { return std::vector<Block>(static_cast<std::size_t>(elements * elementBytes / 16 + 1)); };
        std::vector<std::vector<Block>> inputs;
        std::vector<Block> joined = blocksFor(rows * total);
        std::vector<ColumnPiece> pieces;
        unsigned seed = 0;
        std::mt19937 random(3);
        for (int begin = 0, i = 0; i < widths.size(); begin += widths[i++]) {
            inputs.push_back(blocksFor(rows * widths[i]));
            for (Block &block : inputs.back())
                for (std::byte &byte : block.bytes)
                    byte = static_cast<std::byte>(random() + seed++);
            pieces.push_back({bytes(inputs.back()), bytes(joined) + begin * elementBytes, widths[i], total, widths[i]});
        }
        QCOMPARE(copyUnit(pieces, elementBytes), unit);
        copyUnits(pieces, rows, elementBytes);
        for (int begin = 0, i = 0; i < widths.size(); begin += widths[i++])
            for (int row = 0; row < rows; ++row)
                QVERIFY(std::equal(bytes(joined) + (row * total + begin) * elementBytes, bytes(joined) + (row * total + begin + widths[i]) * elementBytes,
                                   bytes(inputs[static_cast<std::size_t>(i)]) + row * widths[i] * elementBytes));
        // And out again.
        std::vector<Block> cut = blocksFor(rows * widths.back());
        const ColumnPiece slice{bytes(joined) + (total - widths.back()) * elementBytes, bytes(cut), total, widths.back(), widths.back()};
        copyUnits({&slice, 1}, rows, elementBytes);
        QVERIFY(std::equal(bytes(cut), bytes(cut) + rows * widths.back() * elementBytes, bytes(inputs.back())));
    }

    void axesSplitAsShapesSay()
    {
        const Shape shape{2, 3, 4, 5};
        const AxisRows last = axisRows(shape, -1), second = axisRows(shape, 1);
        QCOMPARE(last.rows, 24);
        QCOMPARE(last.perRow, 5);
        QCOMPARE(last.perEntry, 1);
        QCOMPARE(second.rows, 2);
        QCOMPARE(second.perRow, 60);
        QCOMPARE(second.perEntry, 20);
    }

    void tilesCoverEveryRowOfEveryChannelOnce()
    {
        for (const std::int64_t rows : {1, 2, 7, 128, 1000, 33333})
            for (const int pack : {1, 4, 8})
                for (const int packs : {1, 2, 3, 16, 31, 32, 33, 100}) {
                    const ChannelTiles tiles = channelTiles(rows, packs * pack, pack, 16, 24);
                    QVERIFY(tiles.parts == 1 || tiles.blocks() <= 24);
                    std::vector<char> seen(static_cast<std::size_t>(rows * packs), 0);
                    for (unsigned block = 0; block < tiles.blocks(); ++block)
                        for (unsigned thread = 0; thread < kTileThreads; ++thread) {
                            const TilePlace at = tilePlace(tiles, block, thread);
                            QVERIFY(tiles.partBegin(at.part) < tiles.partEnd(at.part));
                            for (std::int64_t row = at.firstRow; at.pack < packs && row < tiles.partEnd(at.part); row += tiles.lanes())
                                ++seen[static_cast<std::size_t>(row * packs + at.pack)];
                        }
                    QVERIFY(std::all_of(seen.begin(), seen.end(), [](char times) { return times == 1; }));
                }
    }
};

QTEST_GUILESS_MAIN(TestKernelIndices)
#include "tst_kernel_indices.moc"
