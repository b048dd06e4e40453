#include "engine/storage/sqlite.h"

#include <sqlite3.h>

#include <utility>

namespace trainyard {

Statement::Statement(Statement &&other) noexcept
    : m_database(other.m_database), m_statement(std::exchange(other.m_statement, nullptr)),
      m_bindError(other.m_bindError)
{
}

Statement::~Statement()
{
    if (m_statement) {
        sqlite3_reset(m_statement);
        sqlite3_clear_bindings(m_statement);
    }
}

Result<bool> Statement::next()
{
    if (m_bindError != SQLITE_OK)
        return fail(m_database->error(m_bindError));
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    Error error = m_database->error(code);
    sqlite3_reset(m_statement);
    return fail(std::move(error));
}

Status Statement::run()
{
    TRAINYARD_TRY(const bool hasRow, next());
    (void)hasRow;
    sqlite3_reset(m_statement);
    return {};
}

void Statement::restart()
{
    sqlite3_reset(m_statement);
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

std::optional<double> Statement::optionalReal(int column) const
{
    if (isNull(column))
        return std::nullopt;
    return real(column);
}

std::string Statement::text(int column) const
{
    const auto *text = reinterpret_cast<const char *>(sqlite3_column_text(m_statement, column));
    if (!text)
        return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column))};
}

std::string_view Statement::blob(int column) const
{
    const auto *bytes = static_cast<const char *>(sqlite3_column_blob(m_statement, column));
    if (!bytes)
        return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column))};
}

void Statement::bindOne(int index, std::int64_t value)
{
    m_bindError |= sqlite3_bind_int64(m_statement, index, value);
}

void Statement::bindOne(int index, double value)
{
    m_bindError |= sqlite3_bind_double(m_statement, index, value);
}

void Statement::bindOne(int index, std::optional<double> value)
{
    m_bindError |= value ? sqlite3_bind_double(m_statement, index, *value) : sqlite3_bind_null(m_statement, index);
}

void Statement::bindOne(int index, std::string_view text)
{
    // An empty view may have a null pointer, which SQLite would take as NULL.
    m_bindError |= sqlite3_bind_text64(m_statement, index, text.empty() ? "" : text.data(), text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bindOne(int index, std::span<const std::byte> blob)
{
    m_bindError |= sqlite3_bind_blob64(m_statement, index, blob.data(), blob.size(), SQLITE_TRANSIENT);
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path &path, Mode mode)
{
    std::unique_ptr<Database> database(new Database(path));
    std::string name = path.string();
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= mode == Mode::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    if (mode == Mode::Immutable) {
        std::string escaped;
        for (const char c : std::filesystem::absolute(path).string()) {
            if (c == '%' || c == '?' || c == '#')
                escaped += fmt::format("%{:02x}", static_cast<unsigned char>(c));
            else
                escaped += c;
        }
        name = "file://" + escaped + "?immutable=1";
        flags |= SQLITE_OPEN_URI;
    }
    const int code = sqlite3_open_v2(name.c_str(), &database->m_handle, flags, nullptr);
    if (code != SQLITE_OK)
        return fail(database->error(code));
    sqlite3_busy_timeout(database->m_handle, 5000);
    return database;
}

Database::~Database()
{
    for (const auto &[sql, statement] : m_statements)
        sqlite3_finalize(statement);
    sqlite3_close(m_handle);
}

Result<Statement> Database::prepare(std::string_view sql)
{
    auto &statement = m_statements[std::string(sql)];
    if (!statement) {
        const int code = sqlite3_prepare_v3(m_handle, sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK)
            return fail(error(code));
    }
    return Statement(*this, statement);
}

Status Database::execute(const std::string &sql)
{
    const int code = sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return fail(error(code));
    return {};
}

Result<std::int64_t> Database::integer(std::string_view sql)
{
    TRAINYARD_TRY(auto statement, prepare(sql));
    TRAINYARD_TRY(const bool hasRow, statement.next());
    return hasRow ? statement.integer(0) : 0;
}

std::int64_t Database::lastInsertId() const
{
    return sqlite3_last_insert_rowid(m_handle);
}

std::int64_t Database::changes() const
{
    return sqlite3_changes64(m_handle);
}

bool Database::inTransaction() const
{
    return sqlite3_get_autocommit(m_handle) == 0;
}

Error Database::error(int code) const
{
    const std::string file = m_path.string();
    Error error;
    error.detail = fmt::format("SQLite {}: {}", code, m_handle ? sqlite3_errmsg(m_handle) : sqlite3_errstr(code));
    switch (code & 0xff) {
    case SQLITE_FULL:
        error.code = ErrorCode::Io;
        error.message = fmt::format("The disk that holds {} is full. Free some space; what was saved before is kept.", file);
        break;
    case SQLITE_IOERR:
        error.code = ErrorCode::Io;
        error.message = fmt::format("The disk refused to read or write {}. Check the disk and its free space; what was "
                                    "saved before is kept.", file);
        break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        error.code = ErrorCode::Io;
        error.message = fmt::format("{} may not be written. Move the project to a folder you may write to.", file);
        break;
    case SQLITE_CANTOPEN:
        error.code = ErrorCode::Io;
        error.message = fmt::format("{} could not be opened or created. Check that its folder exists and that you may "
                                    "write to it.", file);
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        error.code = ErrorCode::Io;
        error.message = fmt::format("{} has been in use by another program for more than 5 seconds. Close that program "
                                    "and try again.", file);
        break;
    case SQLITE_NOTADB:
        error.code = ErrorCode::InvalidFile;
        error.message = fmt::format("{} is not a database. Move it away to start a new history.", file);
        break;
    case SQLITE_CORRUPT:
        error.code = ErrorCode::InvalidFile;
        error.message = fmt::format("{} is damaged. Restore it from a copy, or move it away to start a new history.", file);
        break;
    case SQLITE_NOMEM:
        error.code = ErrorCode::OutOfMemory;
        error.message = fmt::format("There is not enough memory to work with {}. Close other programs.", file);
        break;
    default:
        error.code = ErrorCode::Internal;
        error.message = fmt::format("The run history {} could not be used: {}. Please report this.", file, error.detail);
    }
    return error;
}

Result<Transaction> Transaction::begin(Database &database, Kind kind)
{
    const int depth = database.m_depth;
    const std::string sql = depth > 0            ? fmt::format("SAVEPOINT s{}", depth)
                            : kind == Kind::Write ? "BEGIN IMMEDIATE"
                                                  : "BEGIN";
    TRAINYARD_CHECK(database.execute(sql));
    ++database.m_depth;
    return Transaction(database, depth);
}

Transaction::Transaction(Transaction &&other) noexcept
    : m_database(std::exchange(other.m_database, nullptr)), m_depth(other.m_depth)
{
}

Transaction::~Transaction()
{
    if (m_database)
        rollback();
}

Status Transaction::commit()
{
    // After a full disk SQLite may have rolled back by itself; committing what came later would be half the work.
    if (!m_database->inTransaction()) {
        Error error = m_database->error(SQLITE_IOERR);
        rollback();
        return fail(std::move(error));
    }
    const auto done = m_database->execute(m_depth > 0 ? fmt::format("RELEASE s{}", m_depth) : "COMMIT");
    if (!done) {
        rollback();
        return done;
    }
    --m_database->m_depth;
    m_database = nullptr;
    return {};
}

void Transaction::rollback()
{
    Database &database = *std::exchange(m_database, nullptr);
    --database.m_depth;
    if (!database.inTransaction())
        return;
    // A rollback that fails leaves a transaction that SQLite rolled back by itself: nothing to report.
    (void)database.execute(m_depth > 0 ? fmt::format("ROLLBACK TO s{0}; RELEASE s{0}", m_depth) : "ROLLBACK");
}

}  // namespace trainyard
