#include "engine/base/result.h"

namespace trainyard {

const char *errorCodeName(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument: return "invalid_argument";
    case ErrorCode::InvalidGraph: return "invalid_graph";
    case ErrorCode::InvalidData: return "invalid_data";
    case ErrorCode::InvalidFile: return "invalid_file";
    case ErrorCode::NotFound: return "not_found";
    case ErrorCode::Io: return "io";
    case ErrorCode::OutOfMemory: return "out_of_memory";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::Internal: return "internal";
    }
    return "internal";
}

}  // namespace trainyard
