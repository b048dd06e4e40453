// cast: the same numbers in another floating-point type, rounded to the nearest, ties to even. Several tensors at once:
// a low-precision program begins with one cast of all its weights.
//   inputs   one or more, each F32, BF16 or F16
//   outputs  one per input, of its shape and layout, all of the type the attributes name
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const DType to = std::get<CastAttributes>(attributes).to;
    std::vector<OutputType> outputs;
    for (const TensorType &input : inputs) {
        if (!isFloat(input.dtype) || !isFloat(to))
            return fail(ErrorCode::InvalidGraph, "cast knows floating-point types, not {} to {}.", dtypeName(input.dtype), dtypeName(to));
        outputs.push_back({{to, input.shape}, Role::Activation});
    }
    return outputs;
}

const OpSpec kCastOp{"cast", infer, nullptr, nullptr};

}  // namespace trainyard
