// Activations and their gradients over arrays, on one thread.
#pragma once

#include <cstddef>

#include "engine/ops/op_attributes.h"

namespace trainyard::cpu {

// y[i] = f(a[i], b[i], parameter) for i below count; y may be a or b.
using ElementLoop = void (*)(const float *a, const float *b, float parameter, std::size_t count, float *y);

// activation(a); the parameter is its slope. b is not used but has to be readable: give a twice.
ElementLoop activationLoop(ActivationKind kind);
// activation'(a) b; a is the output where gradientUsesOutput(kind, slope), else the input.
ElementLoop activationGradLoop(ActivationKind kind, float slope);

}  // namespace trainyard::cpu
