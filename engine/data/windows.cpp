#include "engine/data/windows.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "engine/base/format.h"
#include "engine/data/dataset.h"
#include "engine/data/split.h"

namespace trainyard {

namespace {

constexpr std::uint64_t kMostBytes = 32'000'000'000;

}  // namespace

Result<WindowRows> cutWindows(std::int64_t positions, std::int64_t ahead, const WindowConfig &window, const SplitConfig &split,
                              const char *positionName)
{
    TRAINYARD_CHECK(checkShares(split));
    if (window.length < 1 || window.stride < 1 || ahead < 0)
        return fail(ErrorCode::InvalidData, "A window of {} with a stride of {} and {} ahead cannot be cut. Each must be at least 1.",
                    window.length, window.stride, ahead);
    const double whole = static_cast<double>(positions);
    const std::int64_t testBegin = positions - std::llround(split.testShare * whole);
    const std::int64_t validationBegin = testBegin - std::llround(split.validationShare * whole);
    WindowRows rows;
    rows.trainPositions = validationBegin;
    const auto cut = [&](const char *part, std::int64_t begin, std::int64_t end, double share) -> Result<std::int64_t> {
        std::int64_t count = 0;
        for (std::int64_t start = begin; end - start - window.length >= ahead; start += window.stride, ++count)
            rows.starts.push_back(start);
        if (count > 0 || share == 0)
            return count;
        return fail(ErrorCode::InvalidData,
                    "The {} part is too short: it has {} of {} {}, and one window takes {} with its targets. Make the window shorter, change the "
                    "shares or use more data.",
                    part, formatCount(end - begin), formatCount(positions), positionName, formatCount(window.length + ahead));
    };
    TRAINYARD_TRY(rows.train, cut("training", 0, validationBegin, 1.0));
    TRAINYARD_TRY(rows.validation, cut("validation", validationBegin, testBegin, split.validationShare));
    TRAINYARD_TRY(rows.test, cut("test", testBegin, positions, split.testShare));
    if (rows.starts.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        return fail(ErrorCode::InvalidData, "{} windows are too many. At most 2,147,483,647 can be used: make the stride longer.",
                    formatCount(static_cast<std::int64_t>(rows.starts.size())));
    return rows;
}

void setWindowParts(Dataset &dataset, const WindowRows &rows)
{
    std::int64_t next = 0;
    const auto take = [&](std::vector<std::int32_t> &part, std::int64_t count) {
        part.resize(static_cast<std::size_t>(count));
        std::iota(part.begin(), part.end(), static_cast<std::int32_t>(next));
        next += count;
    };
    take(dataset.train, rows.train);
    take(dataset.validation, rows.validation);
    take(dataset.test, rows.test);
}

Status checkWindowBytes(const WindowRows &rows, std::uint64_t bytesPerWindow)
{
    if (bytesPerWindow <= kMostBytes / rows.starts.size())
        return {};
    return fail(ErrorCode::OutOfMemory, "{} windows of {} need more than {}. Make the stride longer, so that they overlap less.",
                formatCount(static_cast<std::int64_t>(rows.starts.size())), formatBytes(bytesPerWindow), formatBytes(kMostBytes));
}

}  // namespace trainyard
