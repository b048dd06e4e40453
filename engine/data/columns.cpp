#include "engine/data/columns.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace trainyard {

bool isMissing(std::string_view text)
{
    std::string lower(text.substr(0, 5));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower.empty() || lower == "na" || lower == "n/a" || lower == "nan" || lower == "null" || lower == "?";
}

std::optional<double> parseNumber(std::string_view text)
{
    if (text.size() > 1 && text[0] == '+' && text[1] != '-')
        text.remove_prefix(1);
    double value = 0;
    const char *end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || stopped != end)
        return {};
    if (error == std::errc::result_out_of_range && text.find("e-") != text.npos)
        return 0.0;  // smaller than a double can hold
    if (error != std::errc{} || !std::isfinite(value) || std::abs(value) > std::numeric_limits<float>::max())
        return {};
    return value;
}

ColumnKind inferKind(const CsvTable &table, std::size_t column)
{
    bool anyNumber = false;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const auto text = table.cell(row, column);
        if (isMissing(text))
            continue;
        if (!parseNumber(text))
            return ColumnKind::Categorical;
        anyNumber = true;
    }
    return anyNumber ? ColumnKind::Numeric : ColumnKind::Categorical;
}

std::vector<ColumnConfig> inferColumnConfigs(const CsvTable &table)
{
    std::vector<ColumnConfig> configs;
    for (std::size_t i = 0; i < table.columns(); ++i)
        configs.push_back({table.names[i], i + 1 == table.columns() ? ColumnRole::Target : ColumnRole::Feature, inferKind(table, i)});
    return configs;
}

Result<std::vector<BoundColumn>> bindColumns(const CsvTable &table, const std::vector<ColumnConfig> &configs)
{
    std::vector<BoundColumn> bound;
    if (!table.hasHeader && configs.size() != table.columns())
        return fail(ErrorCode::InvalidData, "The project describes {} columns, the file has {} and no header row. Describe each column.",
                    configs.size(), table.columns());
    std::vector<bool> used(table.columns());
    for (std::size_t i = 0; i < configs.size(); ++i) {
        const auto found = std::find(table.names.begin(), table.names.end(), configs[i].name);
        if (table.hasHeader && found == table.names.end()) {
            if (configs[i].role == ColumnRole::Ignore)
                continue;
            return fail(Error{ErrorCode::InvalidData,
                              fmt::format("The file has no column \"{}\". Choose its columns again on the Data page.", configs[i].name),
                              configs[i].name,
                              {}});
        }
        const std::size_t index = table.hasHeader ? static_cast<std::size_t>(found - table.names.begin()) : i;
        if (used[index])
            return fail(ErrorCode::InvalidData, "The column \"{}\" is described twice. Describe it once.", configs[i].name);
        used[index] = true;
        if (configs[i].role != ColumnRole::Ignore)
            bound.push_back({index, configs[i]});
    }
    return bound;
}

Status checkRole(const std::vector<BoundColumn> &columns, ColumnRole role)
{
    if (std::any_of(columns.begin(), columns.end(), [&](const BoundColumn &column) { return column.config.role == role; }))
        return {};
    if (role == ColumnRole::Target)
        return fail(ErrorCode::InvalidData, "No column is the target. Choose the column to predict on the Data page.");
    return fail(ErrorCode::InvalidData, "No column is a feature. Choose at least one column to predict from.");
}

}  // namespace trainyard
