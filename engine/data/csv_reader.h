// CSV files (RFC 4180: quotes, doubled quotes, line breaks in quotes; LF or CRLF) as a table of texts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/data_config.h"

namespace trainyard {

// Owns the text its cells point into. Move-only: a vector keeps its storage when it is moved.
struct CsvTable {
    CsvTable() = default;
    CsvTable(CsvTable &&) = default;
    CsvTable &operator=(CsvTable &&) = default;
    CsvTable(const CsvTable &) = delete;
    CsvTable &operator=(const CsvTable &) = delete;

    std::size_t columns() const { return names.size(); }
    std::size_t rows() const { return lines.size(); }
    std::string_view cell(std::size_t row, std::size_t column) const { return cells[row * columns() + column]; }

    std::vector<std::string> names;       // from the header, or column_1...; never empty, all different
    std::vector<std::string_view> cells;  // row-major, blanks around them cut off, quotes resolved
    std::vector<std::int64_t> lines;      // per row: the line it starts on, from 1
    char delimiter = ',';
    bool hasHeader = false;
    std::vector<char> text;
};

// delimiter 0: found out among , ; and tab. Blank lines are skipped. Errors: those of readDataFile and toUtf8;
// InvalidData for no rows, ragged rows, a quote that is never closed or repeated column names.
Result<CsvTable> readCsv(const std::filesystem::path &path, HeaderRow header, char delimiter);

}  // namespace trainyard
