// The first value of a step that is not finite: which op of which layer made it. The step runs op by op and everything
// each op makes is looked at.
#pragma once

#include <optional>
#include <string>

#include "engine/backends/backend.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

struct NonFinite {
    enum class Phase : std::uint8_t { Forward, Backward, Update };
    Phase phase = Phase::Forward;
    std::string layer;  // empty: of no layer
    std::string op;     // "dense"
    bool isNan = false; // else infinite
};
const char *phaseName(NonFinite::Phase phase);  // "forward pass", "backward pass", "update"

// The whole step where all is finite, else up to the op that made the first such value. float16 gradients may overflow:
// its loss scale leaves that step out, so of them the weights alone are looked at. Errors: as Executable::runOpByOp().
Result<std::optional<NonFinite>> runChecked(Executable &executable, std::size_t index, const Program &program, const StepScalars &scalars);

// Whether a float tensor holds something that is not finite; nanFound tells whether it is not a number.
bool hasNonFinite(DType type, std::span<const std::byte> data, bool &nanFound);

}  // namespace trainyard
