#include "engine/data/table_values.h"

#include <cmath>

#include "engine/base/format.h"

namespace trainyard {

Result<double> numberAt(const CsvTable &table, std::size_t row, const BoundColumn &column)
{
    const auto text = table.cell(row, column.index);
    if (const auto number = parseNumber(text))
        return *number;
    return columnError(column, "Line {}, column \"{}\": \"{}\" is not a number that can be used. Correct it or make the column categorical.",
                       formatCount(table.lines[row]), column.config.name, text.substr(0, 60));
}

Result<std::vector<std::size_t>> rowsToKeep(const CsvTable &table, const std::vector<BoundColumn> &columns, MissingValues missing)
{
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        bool keep = true;
        for (const BoundColumn &column : columns) {
            if (!isMissing(table.cell(row, column.index)))
                continue;
            const bool target = column.config.role == ColumnRole::Target;
            if (missing == MissingValues::Error || (target && missing != MissingValues::DropRow))
                return columnError(column, "Line {}, {}column \"{}\": the value is missing. Add it or drop rows with missing values.",
                                   formatCount(table.lines[row]), target ? "target " : "", column.config.name);
            keep = keep && missing != MissingValues::DropRow;
        }
        if (keep)
            rows.push_back(row);
    }
    if (rows.empty())
        return fail(ErrorCode::InvalidData, "Every one of the {} rows has a missing value. Fill missing values instead of dropping rows.",
                    formatCount(static_cast<std::int64_t>(table.rows())));
    return rows;
}

Result<std::vector<float>> numbersOf(const CsvTable &table, std::span<const std::size_t> rows, const BoundColumn &column,
                                     std::span<const std::int32_t> train, std::int64_t &filled)
{
    std::vector<float> values;
    for (const std::size_t row : rows) {
        if (isMissing(table.cell(row, column.index))) {
            values.push_back(std::nanf(""));
            continue;
        }
        TRAINYARD_TRY(const double value, numberAt(table, row, column));
        values.push_back(static_cast<float>(value));
    }
    double sum = 0;
    std::int64_t count = 0;
    for (const std::int32_t row : train) {
        const float value = values[static_cast<std::size_t>(row)];
        if (!std::isnan(value)) {
            sum += value;
            ++count;
        }
    }
    for (float &value : values) {
        if (!std::isnan(value))
            continue;
        if (count == 0)
            return columnError(column, "The column \"{}\" has no value in the training part to fill gaps from. Ignore the column.",
                               column.config.name);
        value = static_cast<float>(sum / static_cast<double>(count));
        ++filled;
    }
    return values;
}

}  // namespace trainyard
