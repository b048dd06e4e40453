// What the header of a safetensors file says is in it, without the tensors themselves.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

struct TensorEntry {
    std::string name;
    std::string dtypeText;       // as the file has it: "F32", "F8_E4M3"
    std::optional<DType> dtype;  // absent: one that Trainyard has not
    Shape shape;
    std::uint64_t begin = 0, end = 0;  // its bytes, counted from the header's end
};

struct SafetensorsHeader {
    std::vector<TensorEntry> tensors;  // the order in the header
    std::map<std::string, std::string> metadata;
};

inline constexpr std::size_t kSafetensorsLengthBytes = 8;

// The header's length by the first eight bytes of a file of fileBytes. Errors: InvalidFile.
Result<std::uint64_t> safetensorsHeaderLength(std::string_view first, std::uint64_t fileBytes, std::string_view name);

// text: the header alone; dataBytes: what follows it. Every entry is checked: sizes fit shapes, no gap, no overlap, nothing
// left over. name is used in messages. Errors: InvalidFile.
Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view text, std::uint64_t dataBytes, std::string_view name);

}  // namespace trainyard
