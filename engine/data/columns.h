// What the texts of a table's columns mean.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/data/csv_reader.h"
#include "engine/data/data_config.h"

namespace trainyard {

// Empty, NA, N/A, NaN, null or ?, in any case.
bool isMissing(std::string_view text);

// A finite number that fits float.
std::optional<double> parseNumber(std::string_view text);

// Numeric when every value that is there is a number.
ColumnKind inferKind(const CsvTable &table, std::size_t column);

// Names and kinds of the table; the last column is the target.
std::vector<ColumnConfig> inferColumnConfigs(const CsvTable &table);

struct BoundColumn {
    std::size_t index = 0;  // in the table
    ColumnConfig config;
};

// The configured columns found in the table: by name, or by position where the file has no header. Ignored ones
// are left out. Errors: InvalidData for a column that is not there or described twice.
Result<std::vector<BoundColumn>> bindColumns(const CsvTable &table, const std::vector<ColumnConfig> &configs);

// Errors: InvalidData where no column has the role.
Status checkRole(const std::vector<BoundColumn> &columns, ColumnRole role);

}  // namespace trainyard
