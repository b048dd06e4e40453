#include "engine/data/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/format.h"
#include "engine/base/philox.h"

namespace trainyard {

namespace {

// Deals out total seats in proportion to weights by largest remainder, never more than capacity each.
std::vector<std::int64_t> deal(std::int64_t total, const std::vector<std::int64_t> &weights, const std::vector<std::int64_t> &capacity)
{
    const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    std::vector<std::int64_t> seats(weights.size());
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::int64_t left = total;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        seats[i] = std::min(capacity[i], total * weights[i] / sum);
        left -= seats[i];
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return total * weights[a] % sum > total * weights[b] % sum; });
    while (left > 0) {
        for (std::size_t k = 0; k < order.size() && left > 0; ++k) {
            if (seats[order[k]] < capacity[order[k]]) {
                ++seats[order[k]];
                --left;
            }
        }
    }
    return seats;
}

Status checkPart(const char *part, std::size_t size, double share, std::int64_t rows)
{
    if (size > 0 || share == 0)
        return {};
    return fail(ErrorCode::InvalidData, "The {} part is empty: {} of {} rows is less than one row. Change the shares or use more data.",
                part, formatPercent(share), formatCount(rows));
}

}  // namespace

Status checkShares(const SplitConfig &config)
{
    const double validation = config.validationShare, test = config.testShare;
    if (validation >= 0 && test >= 0 && validation + test < 1)
        return {};
    return fail(ErrorCode::InvalidData,
                "The shares of validation ({}) and test ({}) leave nothing to train on. Each must be 0 or more, together less than 1.",
                formatSignificant(validation), formatSignificant(test));
}

Result<SplitRows> splitRows(std::int64_t rows, std::span<const std::int32_t> labels, const SplitConfig &config)
{
    TRAINYARD_CHECK(checkShares(config));
    const double validation = config.validationShare, test = config.testShare;
    const auto validationRows = static_cast<std::int64_t>(std::llround(validation * static_cast<double>(rows)));
    const auto testRows = static_cast<std::int64_t>(std::llround(test * static_cast<double>(rows)));

    std::vector<std::vector<std::int32_t>> groups(1);
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::size_t group = labels.empty() ? 0 : static_cast<std::size_t>(labels[static_cast<std::size_t>(row)]);
        if (group >= groups.size())
            groups.resize(group + 1);
        groups[group].push_back(static_cast<std::int32_t>(row));
    }
    SplitRows parts;
    if (rows > 0) {
        std::vector<std::int64_t> sizes;
        for (const auto &group : groups)
            sizes.push_back(static_cast<std::int64_t>(group.size()));
        const auto validationSeats = deal(validationRows, sizes, sizes);
        std::vector<std::int64_t> left(sizes.size());
        std::transform(sizes.begin(), sizes.end(), validationSeats.begin(), left.begin(), std::minus<>());
        const auto testSeats = deal(testRows, sizes, left);
        for (std::size_t g = 0; g < groups.size(); ++g) {
            PhiloxSequence random(config.seed, RandomStream::Split, static_cast<std::uint32_t>(g));
            shuffle(groups[g], random);
            const auto first = groups[g].begin() + validationSeats[g];
            const auto second = first + testSeats[g];
            parts.validation.insert(parts.validation.end(), groups[g].begin(), first);
            parts.test.insert(parts.test.end(), first, second);
            parts.train.insert(parts.train.end(), second, groups[g].end());
        }
    }
    for (auto *part : {&parts.train, &parts.validation, &parts.test})
        std::sort(part->begin(), part->end());
    TRAINYARD_CHECK(checkPart("training", parts.train.size(), 1 - validation - test, rows));
    TRAINYARD_CHECK(checkPart("validation", parts.validation.size(), validation, rows));
    TRAINYARD_CHECK(checkPart("test", parts.test.size(), test, rows));
    return parts;
}

}  // namespace trainyard
