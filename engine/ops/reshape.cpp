// reshape: the same bytes under another per-sample shape; the batch dimension stays.
//   input    x [N, ...]
//   output   y [N, sampleShape...]
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const Shape sample(std::get<ReshapeAttributes>(attributes).sampleShape);
    const Shape &x = inputs[0].shape;
    if (sample.elements() != x.withoutBatch().elements())
        return fail(ErrorCode::InvalidGraph, "reshape to {} needs {} elements, got {} ({}).", sample.text(),
                    sample.elements(), x.withoutBatch().elements(), x.withoutBatch().text());
    return activationLike(inputs[0], sample.withBatch(x[0]));
}

static Status gradient(GradientContext &context)
{
    const Shape sample = context.builder().shape(context.input(0)).withoutBatch();
    TRAINYARD_TRY(const auto dx, context.builder().addOne(OpKind::Reshape, ReshapeAttributes{sample.sizes()},
                                                          {context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

static double flops(const OpAttributes &, std::span<const TensorType>, std::span<const TensorType>)
{
    return 0.0;
}

const OpSpec kReshapeOp{"reshape", infer, gradient, flops, 0, true};

}  // namespace trainyard
