// dense: y = activation(x W + b) over the last dimension.
//   inputs   x [..., in], W [in, out], b [out]?
//   output   y [..., out]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto units = std::get<DenseAttributes>(attributes).units;
    const Shape &x = inputs[0].shape, &weights = inputs[1].shape;
    if (x.rank() < 2 || x.back() != weights[0] || weights[1] != units)
        return fail(ErrorCode::InvalidGraph, "dense got {} inputs for weights of {}.", x.text(), weights.text());
    auto sizes = x.sizes();
    sizes.back() = units;
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static Status gradient(GradientContext &context)
{
    const auto &attributes = context.attributes<DenseAttributes>();
    const ValueId dy = context.outputGradient();
    if (context.wants(1) || context.wants(2)) {
        TRAINYARD_TRY(const auto grads,
                      context.builder().add(OpKind::DenseGradWeights, attributes, {context.input(0), dy}));
        context.setInputGradient(1, grads[0]);
        if (attributes.bias)
            context.setInputGradient(2, grads[1]);
    }
    if (context.wants(0)) {
        TRAINYARD_TRY(const auto dx, context.builder().addOne(OpKind::DenseGradData, attributes, {dy, context.input(1)}));
        context.setInputGradient(0, dx);
    }
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType> outputs)
{
    return 2.0 * static_cast<double>(outputs[0].shape.elements()) * static_cast<double>(inputs[0].shape.back());
}

const OpSpec kDenseOp{.name = "dense", .inferOutputs = infer, .gradient = gradient, .flops = flops, .weightInput = 1};

}  // namespace trainyard
