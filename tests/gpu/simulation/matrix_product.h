// Products of float matrices on the host, for the simulated libraries: quick enough to train small networks with.
#pragma once

#include <cstddef>

namespace trainyard::simulation {

// c[m, n] += a[m, k] * b[k, n], all row-major and without gaps; sums run over k from first to last.
void multiplyAdd(const float *a, const float *b, float *c, std::size_t m, std::size_t n, std::size_t k);

// Rounded to the 10 bits of mantissa that TF32 factors have.
float toTf32(float x);

}  // namespace trainyard::simulation
