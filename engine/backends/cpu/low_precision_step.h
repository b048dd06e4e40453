// Steps of ops with values in 16 bit. Matrix products, convolutions, recurrent layers, batch norm, pooling and what oneDNN has of
// activations compute in bfloat16 where the processor has instructions for it; other elementwise ops convert block by block in the
// cache; all others compute in float32 over widened copies in the op's scratch, so that every op runs in every type.
#pragma once

#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

// makeFloat: makes the op's step over float32 values; for the ops named above over bfloat16 ones as well.
std::unique_ptr<Step> makeLowPrecisionStep(StepRequest &request, std::unique_ptr<Step> (*makeFloat)(StepRequest &));

// Whether any operand is in 16 bit.
bool hasLowPrecision(const StepRequest &request);

}  // namespace trainyard::cpu
