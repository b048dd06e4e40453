// IDX files (the format of MNIST), plain or gzip-compressed.
#pragma once

#include <filesystem>

#include "engine/base/result.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

// U8 for unsigned bytes, F32 for everything else. Errors: those of readDataFile; InvalidFile for a wrong magic,
// sizes that overflow or a length that does not match them; InvalidData for values that are not finite.
Result<HostTensor> readIdx(const std::filesystem::path &path);

}  // namespace trainyard
