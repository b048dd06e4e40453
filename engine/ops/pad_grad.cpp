// pad_grad: of mirrored and repeated padding. Each entry gets its own gradient and those of its copies in the padding.
//   input    dy
//   output   dx, shorter by before + after along the axis
#include "engine/ops/axis_run.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &pad = std::get<PadAttributes>(attributes);
    auto sizes = inputs[0].shape.sizes();
    sizes[static_cast<std::size_t>(axisOf(inputs[0].shape, pad.axis))] -= pad.before + pad.after;
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kPadGradOp{.name = "pad_grad", .inferOutputs = infer, .flops = flops};

}  // namespace trainyard
