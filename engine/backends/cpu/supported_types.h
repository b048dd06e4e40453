// Which programs this backend can run at all.
#pragma once

#include "engine/program/program.h"

namespace trainyard::cpu {

// Errors: Unsupported, for a program that keeps activations in 16 bit. Conversions alone are fine: cast and
// elementwise_chain take every floating-point type.
Status checkTypes(const Program &program);

}  // namespace trainyard::cpu
