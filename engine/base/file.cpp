#include "engine/base/file.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace trainyard {

namespace {

tl::unexpected<Error> ioError(const char *action, const std::filesystem::path &path, int number)
{
    const std::string reason = std::system_category().message(number);
    const bool refused = number == EACCES || number == EPERM || number == EROFS;
    const bool reading = std::string_view(action) == "open" || std::string_view(action) == "read";
    const char *advice = number == ENOSPC      ? "Free some space and try again."
                         : refused && reading  ? "Ask for the right to read it."
                         : refused             ? "Choose a folder you may write to."
                                               : "Check the disk and the path.";
    Error error{ErrorCode::Io, fmt::format("Could not {} {}: {}. {}", action, path.string(), reason, advice), {}, reason};
    return fail(std::move(error));
}

}  // namespace

Result<std::string> readFile(const std::filesystem::path &path)
{
    std::error_code code;
    if (!std::filesystem::exists(path, code))
        return fail(ErrorCode::NotFound, "There is no file {}. Check the path.", path.string());
    if (std::filesystem::is_directory(path, code))
        return fail(ErrorCode::Io, "{} is a folder, not a file.", path.string());
    if (!std::filesystem::is_regular_file(path, code))  // a pipe is waited for, and a device may have no end
        return fail(ErrorCode::Io, "{} is no ordinary file. Put a file in its place.", path.string());
    // Not a stream: libstdc++'s throws where the disk cannot be read.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return ioError("open", path, errno);
    const auto abandon = [&](tl::unexpected<Error> error) {
        ::close(file);
        return error;
    };
    std::string content;
    try {
        if (const std::uintmax_t size = std::filesystem::file_size(path, code); !code)
            content.reserve(static_cast<std::size_t>(size));
        char piece[1 << 16];
        for (;;) {
            const ssize_t count = ::read(file, piece, sizeof piece);
            if (count == 0)
                break;
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return abandon(ioError("read", path, errno));
            content.append(piece, static_cast<std::size_t>(count));
        }
    } catch (const std::exception &) {  // bad_alloc, length_error
        return abandon(fail(ErrorCode::OutOfMemory, "{} is too large to be read into memory.", path.string()));
    }
    ::close(file);
    return content;
}

Status writeFileAtomically(const std::filesystem::path &path, std::span<const std::string_view> pieces)
{
    std::string name = path.string() + ".XXXXXX";
    const int file = ::mkstemp(name.data());
    if (file < 0)
        return ioError("write", path, errno);
    auto abandon = [&](int number) {
        ::close(file);
        ::unlink(name.c_str());
        return ioError("write", path, number);
    };
    for (std::string_view piece : pieces) {
        while (!piece.empty()) {
            const ssize_t written = ::write(file, piece.data(), piece.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                return abandon(errno);
            piece.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    if (::fchmod(file, 0644) != 0 || ::fsync(file) != 0)
        return abandon(errno);
    ::close(file);
    if (::rename(name.c_str(), path.c_str()) != 0) {
        const int number = errno;
        ::unlink(name.c_str());
        return ioError("write", path, number);
    }
    // The rename itself must survive a power cut too: flush the folder. Some file systems refuse; then the
    // content is still safe, only the moment of the switch is not, so a refusal is not an error.
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY); handle >= 0) {
        ::fsync(handle);
        ::close(handle);
    }
    return {};
}

Status makeFolder(const std::filesystem::path &path)
{
    std::error_code code;
    std::filesystem::create_directories(path, code);
    if (code)
        return ioError("create the folder", path, code.value());
    return {};
}

}  // namespace trainyard
