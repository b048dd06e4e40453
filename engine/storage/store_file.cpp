#include "engine/storage/store_file.h"

#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

#include "engine/storage/schema.h"

namespace trainyard {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kUserVersionAt = 60, kApplicationIdAt = 68;  // big endian, SQLite file format 1.3

std::int64_t bigEndian(const std::array<char, kHeaderBytes> &header, std::size_t at)
{
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(header[at + i]);
    return value;
}

tl::unexpected<Error> notOurs(const fs::path &path)
{
    return fail(ErrorCode::InvalidFile,
                "{} is a database of another program. Move it away to start a new history; it was not changed.",
                path.string());
}

// Looks at the header only: opening a foreign database with SQLite could already write beside or into it.
Status checkHeader(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorCode::Io, "{} could not be opened. Check that you may read it.", path.string());
    std::array<char, kHeaderBytes> header{};
    file.read(header.data(), header.size());
    if (file.gcount() == 0)
        return {};  // an empty file: a start that was cut off, nothing is lost by using it
    if (std::string_view(header.data(), static_cast<std::size_t>(file.gcount())).substr(0, 16) != kMagic
        || file.gcount() < static_cast<std::streamsize>(kHeaderBytes)) {
        return fail(ErrorCode::InvalidFile,
                    "{} is not a database. Move it away to start a new history; it was not changed.", path.string());
    }
    if (bigEndian(header, kApplicationIdAt) != kStoreApplicationId)
        return notOurs(path);
    const auto newest = static_cast<std::int64_t>(storeMigrations().size());
    if (const std::int64_t version = bigEndian(header, kUserVersionAt); version > newest) {
        return fail(ErrorCode::Unsupported,
                    "{} was written by a newer Trainyard (format {}; this one knows up to {}). Update Trainyard to open "
                    "it; the file was not changed.", path.string(), version, newest);
    }
    return {};
}

// With a journal beside it, a file may be half way through its first write: SQLite rolls that back and knows then.
bool hasHotJournal(const fs::path &path)
{
    std::error_code code;
    return fs::exists(path.string() + "-journal", code);
}

Result<std::unique_ptr<Database>> openReadOnly(const fs::path &path)
{
    auto database = Database::open(path, Database::Mode::ReadOnly);
    auto version = database ? (*database)->integer("PRAGMA user_version") : Result<std::int64_t>(0);
    std::error_code code;
    const auto wal = fs::file_size(path.string() + "-wal", code);
    const bool nothingBeside = code || wal == 0;
    if ((!database || !version) && nothingBeside) {
        // A read-only place: the files beside it that shared reading needs cannot be made, nor are they needed.
        database = Database::open(path, Database::Mode::Immutable);
        if (database)
            version = (*database)->integer("PRAGMA user_version");
    }
    if (!database)
        return database;
    if (!version)
        return fail(std::move(version.error()));
    const auto newest = static_cast<std::int64_t>(storeMigrations().size());
    if (*version != newest) {
        return fail(ErrorCode::Unsupported, "{} has format {}, and this Trainyard reads format {}. {}", path.string(),
                    *version, newest,
                    *version < newest ? "Open the project once where it may be written." : "Update Trainyard to open it.");
    }
    return database;
}

}  // namespace

Result<std::unique_ptr<Database>> openStoreFile(const fs::path &path, bool readOnly)
{
    std::error_code code;
    const bool exists = fs::exists(path, code);
    if (fs::is_directory(path, code))
        return fail(ErrorCode::Io, "{} is a folder. Move it away to start a new history.", path.string());
    if (exists && !fs::is_regular_file(path, code))
        return fail(ErrorCode::Io, "{} is no ordinary file. Move it away to start a new history.", path.string());
    if (exists && !hasHotJournal(path))
        TRAINYARD_CHECK(checkHeader(path));
    if (readOnly) {
        if (!exists)
            return fail(ErrorCode::NotFound, "There is no run history {} yet. Train once to start it.", path.string());
        return openReadOnly(path);
    }

    TRAINYARD_TRY(auto database, Database::open(path, Database::Mode::ReadWrite));
    TRAINYARD_TRY(const auto applicationId, database->integer("PRAGMA application_id"));
    TRAINYARD_TRY(const auto tables, database->integer("SELECT count(*) FROM sqlite_schema"));
    if (applicationId != kStoreApplicationId && (applicationId != 0 || tables > 0))
        return notOurs(path);
    TRAINYARD_CHECK(database->execute("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; "
                                      "PRAGMA cache_size = -20000"));
    // Before the switch to a write-ahead log, so that the main file carries our mark from its first byte on.
    TRAINYARD_CHECK(migrate(*database, storeMigrations()));
    TRAINYARD_CHECK(database->execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 1000; "
                                      "PRAGMA journal_size_limit = 64000000"));
    // A file that may not be written opens without a word; say it now and not at the first point.
    TRAINYARD_TRY(auto probe, Transaction::begin(*database));
    TRAINYARD_CHECK(database->execute("UPDATE run SET archived = archived WHERE id = -1"));
    TRAINYARD_CHECK(probe.commit());
    return database;
}

}  // namespace trainyard
