// bfloat16 as a type of its own, so that a loop is written once for it and for float: values are converted where they are read and
// written, in registers.
#pragma once

#include <type_traits>

#include "engine/tensor/low_precision.h"

namespace trainyard::cpu {

struct Bfloat16 {
    std::uint16_t bits;
};

[[gnu::always_inline]] inline float toFloat(float x) { return x; }
[[gnu::always_inline]] inline float toFloat(Bfloat16 x) { return bfloat16ToFloat(x.bits); }
[[gnu::always_inline]] inline void storeFloat(float x, float &to) { to = x; }
[[gnu::always_inline]] inline void storeFloat(float x, Bfloat16 &to) { to.bits = floatToBfloat16(x); }

// The DType of a loop's type.
template <typename T>
inline constexpr DType kTypeOf = std::is_same_v<T, float> ? DType::F32 : DType::BF16;

}  // namespace trainyard::cpu
