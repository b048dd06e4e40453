#include "engine/data/csv_reader.h"

#include <algorithm>
#include <limits>
#include <set>

#include "engine/base/format.h"
#include "engine/data/columns.h"
#include "engine/data/text_file.h"

namespace trainyard {

namespace {

constexpr std::size_t kMostColumns = 100'000;

std::string_view trimmed(const char *begin, const char *end)
{
    while (begin < end && (*begin == ' ' || *begin == '\t' || *begin == '\f'))
        ++begin;
    while (end > begin && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\f'))
        --end;
    return {begin, static_cast<std::size_t>(end - begin)};
}

// Walks over the text once, resolving doubled quotes in place: a resolved field is never longer than its source.
class Records {
public:
    Records(char *begin, char *end, char delimiter) : m_at(begin), m_end(end), m_delimiter(delimiter) {}

    bool atEnd() const { return m_at == m_end; }
    std::int64_t line() const { return m_line; }

    // The next record's fields. False: a quote was opened and never closed.
    bool read(std::vector<std::string_view> &fields)
    {
        fields.clear();
        for (;;) {
            if (!readField(fields))
                return false;
            if (m_at == m_end)
                return true;
            const char ended = *m_at++;
            if (ended == m_delimiter)
                continue;
            if (ended == '\r' && m_at != m_end && *m_at == '\n')
                ++m_at;
            ++m_line;
            return true;
        }
    }

private:
    bool endsField(char c) const { return c == m_delimiter || c == '\n' || c == '\r'; }

    bool readField(std::vector<std::string_view> &fields)
    {
        char *start = m_at;
        while (m_at != m_end && *m_at == ' ')
            ++m_at;
        if (m_at == m_end || *m_at != '"') {
            m_at = std::find_if(m_at, m_end, [this](char c) { return endsField(c); });
            fields.push_back(trimmed(start, m_at));
            return true;
        }
        char *const out = ++m_at;
        char *write = out;
        for (;; ++m_at) {
            if (m_at == m_end)
                return false;
            if (*m_at == '"') {
                if (m_at + 1 == m_end || m_at[1] != '"')
                    break;
                ++m_at;
            } else if (*m_at == '\n') {
                ++m_line;
            }
            *write++ = *m_at;
        }
        // Anything between the closing quote and the delimiter is kept, as spreadsheets do.
        for (++m_at; m_at != m_end && !endsField(*m_at); ++m_at)
            *write++ = *m_at;
        fields.push_back(trimmed(out, write));
        return true;
    }

    char *m_at;
    char *m_end;
    char m_delimiter;
    std::int64_t m_line = 1;
};

bool isBlank(const std::vector<std::string_view> &fields)
{
    return fields.size() == 1 && fields[0].empty();
}

// The delimiter that cuts the first lines into most columns, preferring one that gives every line the same count.
char detectDelimiter(const std::vector<char> &text)
{
    constexpr std::size_t kSampleBytes = 64 * 1024;
    constexpr int kSampleRows = 20;
    char best = ',';
    std::size_t bestScore = 0;
    for (const char candidate : {',', ';', '\t'}) {
        std::vector<char> sample(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(text.size(), kSampleBytes)));
        Records records(sample.data(), sample.data() + sample.size(), candidate);
        std::vector<std::string_view> fields;
        std::size_t count = 0;
        bool same = true;
        for (int row = 0; row < kSampleRows && !records.atEnd() && records.read(fields);) {
            if (isBlank(fields) || (records.atEnd() && sample.size() < text.size()))
                continue;
            same = same && (row == 0 || fields.size() == count);
            count = row == 0 ? fields.size() : count;
            ++row;
        }
        const std::size_t score = count < 2 ? 0 : 2 * count + (same ? 2 * kMostColumns : 0);
        if (score > bestScore) {
            bestScore = score;
            best = candidate;
        }
    }
    return best;
}

Status nameColumns(CsvTable &table, const std::vector<std::string_view> &first, const std::string &path)
{
    std::set<std::string> seen;
    for (std::size_t i = 0; i < first.size(); ++i) {
        const bool named = table.hasHeader && !first[i].empty();
        table.names.push_back(named ? std::string(first[i]) : fmt::format("column_{}", i + 1));
        if (!seen.insert(table.names.back()).second)
            return fail(ErrorCode::InvalidData, "{} has two columns named \"{}\". Give each column its own name.", path,
                        table.names.back());
    }
    return {};
}

}  // namespace

Result<CsvTable> readCsv(const std::filesystem::path &path, HeaderRow header, char delimiter)
{
    const std::string name = path.filename().string();
    TRAINYARD_TRY(std::vector<char> bytes, readDataFile(path));
    try {
        CsvTable table;
        TRAINYARD_TRY(table.text, toUtf8(std::move(bytes), path));
        table.delimiter = delimiter != 0 ? delimiter : detectDelimiter(table.text);
        Records records(table.text.data(), table.text.data() + table.text.size(), table.delimiter);
        std::vector<std::string_view> fields;
        while (!records.atEnd()) {
            const std::int64_t line = records.line();
            if (!records.read(fields))
                return fail(ErrorCode::InvalidData, "{}, line {}: a quote (\") is opened and never closed. Close it or remove it.",
                            name, formatCount(line));
            if (isBlank(fields))
                continue;
            if (table.names.empty()) {
                if (fields.size() > kMostColumns)
                    return fail(ErrorCode::InvalidData, "{} has {} columns. At most {} can be read.", name,
                                formatCount(static_cast<std::int64_t>(fields.size())), formatCount(kMostColumns));
                const bool anyNumber = std::any_of(fields.begin(), fields.end(), [](auto field) { return parseNumber(field); });
                table.hasHeader = header == HeaderRow::Yes || (header == HeaderRow::Auto && !anyNumber);
                TRAINYARD_CHECK(nameColumns(table, fields, name));
                if (table.hasHeader)
                    continue;
            }
            if (fields.size() != table.columns())
                return fail(ErrorCode::InvalidData, "{}, line {}: expected {} fields, found {}. Correct the line or the delimiter.",
                            name, formatCount(line), table.columns(), fields.size());
            table.cells.insert(table.cells.end(), fields.begin(), fields.end());
            table.lines.push_back(line);
        }
        if (table.rows() == 0)
            return fail(ErrorCode::InvalidData, "{} holds no rows of data. Choose another file.", name);
        if (table.rows() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
            return fail(ErrorCode::InvalidData, "{} holds {} rows. At most 2,147,483,647 can be read.", name,
                        formatCount(static_cast<std::int64_t>(table.rows())));
        return table;
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "There is not enough memory to read {}.", path.string());
    }
}

}  // namespace trainyard
