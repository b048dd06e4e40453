// Rows of `inner` elements, one below the other, that become one.
#pragma once

#include <cstddef>

namespace trainyard::cpu {

// The sum of `count` elements side by side.
float sumOf(const float *x, std::size_t count);
// Columns begin to end of `length` rows: scale times their sum.
void sumRows(const float *x, std::size_t length, std::size_t inner, std::size_t begin, std::size_t end, float scale, float *y);
// The same columns: the largest of each.
void largestOfRows(const float *x, std::size_t length, std::size_t inner, std::size_t begin, std::size_t end, float *y);
// y += share x
void addShare(const float *x, float share, std::size_t count, float *y);

}  // namespace trainyard::cpu
