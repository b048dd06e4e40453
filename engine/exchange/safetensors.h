// The safetensors container: named tensors and a text-to-text table in one file that other tools read too.
// Format (version 0.4 of the safetensors specification): 8 bytes header length (little endian), a JSON header padded
// with spaces so that the data starts at a multiple of 8, then the tensors' bytes without gaps.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

struct NamedTensor {
    std::string name;
    HostTensor tensor;
};

struct SafetensorsFile {
    std::vector<NamedTensor> tensors;  // the order in the file
    std::map<std::string, std::string> metadata;
};

// Replaces path atomically; the tensors are written from where they lie. Larger types come first, so that each
// tensor is aligned to its element. Errors: InvalidArgument (a name twice, empty or reserved, not UTF-8; bytes
// that do not match the shape), Io.
Status writeSafetensors(const std::filesystem::path &path, const SafetensorsFile &file);

// Errors: NotFound, Io, InvalidFile (anything the format forbids, named), Unsupported (an element type that
// Trainyard has not, such as BF16).
Result<SafetensorsFile> readSafetensors(const std::filesystem::path &path);

// The same from bytes already in memory; name is used in messages.
Result<SafetensorsFile> parseSafetensors(std::string_view bytes, std::string_view name);

}  // namespace trainyard
