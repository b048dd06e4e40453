// adaptive_pool_grad: the gradient of a bin's mean is shared out evenly among its entries; that of its largest entry goes to it, of
// equal ones to the first.
//   inputs   dy, x (of the largest only)
//   output   dx, `length` long along the axis
#include "engine/ops/axis_run.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &pool = std::get<AdaptivePoolAttributes>(attributes);
    auto sizes = inputs[0].shape.sizes();
    sizes[static_cast<std::size_t>(axisOf(inputs[0].shape, pool.axis))] = pool.length;
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static double flops(const OpAttributes &, std::span<const TensorType>, std::span<const TensorType> outputs)
{
    return static_cast<double>(outputs[0].shape.elements());
}

const OpSpec kAdaptivePoolGradOp{.name = "adaptive_pool_grad", .inferOutputs = infer, .flops = flops};

}  // namespace trainyard
