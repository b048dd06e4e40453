// Numbers out of a table's texts, with the gaps of missing values dealt with. What tables and series share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/data/columns.h"

namespace trainyard {

// An error of one column, with its name as the node.
template <typename... Args>
tl::unexpected<Error> columnError(const BoundColumn &column, fmt::format_string<Args...> format, Args &&...args)
{
    return fail(Error{ErrorCode::InvalidData, fmt::format(format, std::forward<Args>(args)...), column.config.name, {}});
}

// Errors: InvalidData with line and column.
Result<double> numberAt(const CsvTable &table, std::size_t row, const BoundColumn &column);

// The rows to use: all, or those without a missing value. Targets are never filled.
Result<std::vector<std::size_t>> rowsToKeep(const CsvTable &table, const std::vector<BoundColumn> &columns, MissingValues missing);

// The values of a column in these rows of the table; gaps get the mean of the rows in train, which index rows. filled counts
// them. Errors: those of numberAt; InvalidData where the training part has no value.
Result<std::vector<float>> numbersOf(const CsvTable &table, std::span<const std::size_t> rows, const BoundColumn &column,
                                     std::span<const std::int32_t> train, std::int64_t &filled);

}  // namespace trainyard
