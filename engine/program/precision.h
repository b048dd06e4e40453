// In which type a network's activations are stored and multiplied.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/tensor/tensor.h"

namespace trainyard {

// Parameters, their gradients, statistics, losses and optimizer state are float32 in all of them.
enum class Precision : std::uint8_t {
    Float32,
    BFloat16,  // float32's range with 8 bits of mantissa: needs nothing else
    Float16,   // 11 bits of mantissa and a small range: gradients are scaled, see scale_gradient
};

const char *precisionName(Precision precision);  // "float32", "bfloat16", "float16": the name in project files
std::optional<Precision> findPrecision(std::string_view name);
DType activationType(Precision precision);

}  // namespace trainyard
