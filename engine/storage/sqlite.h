// The sqlite3 C API with ownership and errors as values. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace trainyard {

class Database;

// A prepared statement, borrowed from its database's cache for as long as this object lives; reset and its
// bindings cleared at the end. Columns and parameters count from 0 and 1, as in SQLite.
class Statement {
public:
    Statement(Statement &&other) noexcept;
    Statement &operator=(Statement &&) = delete;
    ~Statement();

    // Binds the values to ?1, ?2, ... in order.
    template <typename... Values>
    Statement &bind(const Values &...values)
    {
        int index = 0;
        (bindOne(++index, values), ...);
        return *this;
    }

    Result<bool> next();  // true: a row is there
    Status run();         // for statements without rows
    void restart();       // ready to be bound and run again

    bool isNull(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::optional<double> optionalReal(int column) const;
    std::string text(int column) const;
    std::string_view blob(int column) const;  // valid until the next next()

private:
    friend class Database;
    Statement(Database &database, sqlite3_stmt *statement) : m_database(&database), m_statement(statement) {}

    void bindOne(int index, std::int64_t value);
    void bindOne(int index, int value) { bindOne(index, std::int64_t{value}); }
    void bindOne(int index, bool value) { bindOne(index, std::int64_t{value}); }
    void bindOne(int index, double value);  // NaN becomes NULL, as SQLite has it
    void bindOne(int index, std::optional<double> value);
    void bindOne(int index, std::string_view text);
    void bindOne(int index, const std::string &text) { bindOne(index, std::string_view(text)); }
    void bindOne(int index, const char *text) { bindOne(index, std::string_view(text)); }
    void bindOne(int index, std::span<const std::byte> blob);

    Database *m_database;
    sqlite3_stmt *m_statement;
    int m_bindError = 0;
};

class Database {
public:
    enum class Mode {
        ReadWrite,  // creates the file
        ReadOnly,
        Immutable,  // read only, and nothing else can write: needs no files beside it
    };

    static Result<std::unique_ptr<Database>> open(const std::filesystem::path &path, Mode mode);
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    // Prepared once per text and kept; the same text must not be in use twice at one time.
    Result<Statement> prepare(std::string_view sql);
    Status execute(const std::string &sql);  // one or more statements, rows ignored
    Result<std::int64_t> integer(std::string_view sql);  // first column of the first row; 0 without a row

    std::int64_t lastInsertId() const;
    std::int64_t changes() const;
    bool inTransaction() const;

    const std::filesystem::path &path() const { return m_path; }
    Error error(int code) const;  // what SQLite says now, for people

private:
    friend class Transaction;
    explicit Database(std::filesystem::path path) : m_path(std::move(path)) {}

    std::filesystem::path m_path;
    sqlite3 *m_handle = nullptr;
    std::unordered_map<std::string, sqlite3_stmt *> m_statements;
    int m_depth = 0;
};

// All or nothing; rolls back unless committed. Inside another transaction it is a savepoint.
class Transaction {
public:
    enum class Kind { Read, Write };

    static Result<Transaction> begin(Database &database, Kind kind = Kind::Write);
    Transaction(Transaction &&other) noexcept;
    Transaction &operator=(Transaction &&) = delete;
    ~Transaction();

    Status commit();

private:
    Transaction(Database &database, int depth) : m_database(&database), m_depth(depth) {}
    void rollback();

    Database *m_database;
    int m_depth;
};

}  // namespace trainyard
