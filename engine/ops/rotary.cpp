// rotary: turns the pair (i, i + size / 2) of each head by position * base^(-2 i / size), so that the product of a query and a
// key depends on their distance. Su et al. 2021; the pairs as in GPT-NeoX. Its gradient turns back.
//   input    x [N, T, heads * size]
//   output   y like x
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const std::int64_t size = std::get<RotaryAttributes>(attributes).headSize;
    TRAINYARD_CHECK(expectRank("rotary", "positions of heads", inputs[0], 3));
    if (size < 2 || size % 2 != 0 || inputs[0].shape.back() % size != 0)
        return fail(ErrorCode::InvalidGraph, "rotary needs heads of an even size that divides the width, got size {} for {}.", size,
                    inputs[0].shape.text());
    return activationLike(inputs[0]);
}

static Status gradient(GradientContext &context)
{
    auto attributes = context.attributes<RotaryAttributes>();
    attributes.inverse = !attributes.inverse;
    TRAINYARD_TRY(const auto dx, context.builder().addOne(OpKind::Rotary, attributes, {context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 3.0 * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kRotaryOp{.name = "rotary", .inferOutputs = infer, .gradient = gradient, .flops = flops, .inPlaceInput = 0};

}  // namespace trainyard
