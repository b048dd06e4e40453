// The table of op cases: every op kind with attributes and inputs that reach its corners (odd sizes, batch 1, strides,
// dilation, groups, padding, optional inputs left out, rows that do not count). A new op needs rows here; a test says so.
#pragma once

#include "tests/engine/backends/op_cases.h"

namespace trainyard::tests {

// seed: other random inputs of the same shapes.
std::vector<OpCase> allOpCases(unsigned seed = 0);

// Batch norm with relu: moves beta until no value of the forward result is so near to 0 that rounding decides whether relu
// lets it through. inputs: x, dy, gamma, beta, ...
void keepOffTheKink(std::vector<Tensor64> &inputs, double epsilon);

}  // namespace trainyard::tests
