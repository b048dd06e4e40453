// Runs a list of ops in float64, op after op, with the naive references: the oracle for whole Programs.
#pragma once

#include "tests/engine/backends/reference/ref_op.h"

namespace trainyard::reference {

void interpretOp(const RefOp &op);

// Zeros for every value of the list.
Values64 emptyValues(const OpList &list);

// The first `count` ops; all of them by default.
void interpret(const OpList &list, Values64 &values, const StepScalars &scalars, std::size_t count = static_cast<std::size_t>(-1));

}  // namespace trainyard::reference
