// Cuts rows into training, validation and test part, the same way for the same seed everywhere.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/data_config.h"

namespace trainyard {

struct SplitRows {
    std::vector<std::int32_t> train, validation, test;  // ascending
};

// Errors: InvalidData for shares out of range or that sum to 1 or more.
Status checkShares(const SplitConfig &config);

// labels: class per row for a stratified split, or empty. The parts have round(share * rows) rows exactly; each
// class gets its share of them by largest remainder. Errors: those of checkShares, and InvalidData for a part with a
// share but no rows.
Result<SplitRows> splitRows(std::int64_t rows, std::span<const std::int32_t> labels, const SplitConfig &config);

}  // namespace trainyard
