#include <cstdio>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"

namespace trainyard::cli {

int exitCodeOf(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::InvalidGraph:
    case ErrorCode::InvalidData:
    case ErrorCode::InvalidFile:
    case ErrorCode::Unsupported: return kInvalid;
    case ErrorCode::NotFound: return kNotFound;
    case ErrorCode::Io: return kIo;
    case ErrorCode::OutOfMemory: return kDoesNotFit;
    case ErrorCode::Internal: return kFailed;
    }
    return kFailed;
}

void printJson(const nlohmann::ordered_json &json)
{
    std::puts(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

int report(const Error &error, bool json)
{
    if (json) {
        const nlohmann::ordered_json out{{"error",
                                          {{"code", errorCodeName(error.code)},
                                           {"message", error.message},
                                           {"node", error.node},
                                           {"detail", error.detail}}}};
        printJson(out);
    } else {
        const bool named = error.message.find(error.node) != std::string::npos;
        const std::string where = named ? "" : error.node + ": ";
        std::fprintf(stderr, "%s%s\n", where.c_str(), error.message.c_str());
    }
    return exitCodeOf(error.code);
}

}  // namespace trainyard::cli
