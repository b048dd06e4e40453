// Elementwise ops as instructions of an elementwise_chain.
#pragma once

#include <vector>

#include "engine/ops/ir.h"

namespace trainyard {

// Whether the op is one to appendInstructions(). Inputs and output of multiply and add may still differ in shape, which
// a chain's do not.
bool isElementwiseOp(const Op &op);
std::size_t instructionsOf(const Op &op);

// Appends the op, which reads the registers a and b (b where it has two inputs), to the instructions of a chain of so many
// inputs. Returns the register its output is in.
std::uint8_t appendInstructions(const Op &op, std::uint8_t a, std::uint8_t b, std::size_t inputs, std::vector<ElementwiseInstruction> &instructions);

}  // namespace trainyard
