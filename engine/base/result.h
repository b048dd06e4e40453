// Errors are values with a message for people.
//
// Result<T> carries either a T or an Error. The message says what failed, with numbers, and what to do about
// it; it is shown as it is, so it is one or two full sentences. Exceptions of other libraries are caught at the
// wrapper's edge and turned into an Error there.
#pragma once

#include <string>
#include <utility>

#include <fmt/format.h>
#include <tl/expected.hpp>

namespace trainyard {

enum class ErrorCode {
    InvalidArgument,  // a setting or argument out of its range
    InvalidGraph,     // the network does not fit together
    InvalidData,      // a data set that cannot be used as asked
    InvalidFile,      // a damaged or foreign file
    NotFound,         // a file, run or name that is not there
    Io,               // the operating system refused: permissions, full disk
    OutOfMemory,      // an allocation failed or would not fit
    Unsupported,      // valid, but not possible here: a newer file format, a missing backend
    Internal,         // an invariant broke or a library failed: a bug, never the person's fault
};

// The name used in JSON output and logs, e.g. "invalid_data".
const char *errorCodeName(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;  // for people: what, why with numbers, what now
    std::string node;     // the layer or column it is about, empty when none
    std::string detail;   // technical: errno text, SQLite message, file offset
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

template <typename... Args>
tl::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> format, Args &&...args)
{
    return tl::unexpected<Error>(Error{code, fmt::format(format, std::forward<Args>(args)...), {}, {}});
}

inline tl::unexpected<Error> fail(Error error)
{
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace trainyard

#define TRAINYARD_JOIN_(a, b) a##b
#define TRAINYARD_JOIN(a, b) TRAINYARD_JOIN_(a, b)

// TRAINYARD_TRY(auto rows, readRows(path)): declares rows, or returns the error of the enclosing function.
#define TRAINYARD_TRY(declaration, expression) \
    auto TRAINYARD_JOIN(tryResult_, __LINE__) = (expression); \
    if (!TRAINYARD_JOIN(tryResult_, __LINE__)) \
        return tl::unexpected(std::move(TRAINYARD_JOIN(tryResult_, __LINE__).error())); \
    declaration = std::move(*TRAINYARD_JOIN(tryResult_, __LINE__))

// TRAINYARD_CHECK(writeRows(path)): returns the error of the enclosing function, if there is one.
#define TRAINYARD_CHECK(expression) \
    do { \
        if (auto checkResult_ = (expression); !checkResult_) \
            return tl::unexpected(std::move(checkResult_.error())); \
    } while (false)
