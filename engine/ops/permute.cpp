// permute: the axes in another order.
//   input    x
//   output   y: its axis k is x's axis order[k]
#include <algorithm>

#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &order = std::get<PermuteAttributes>(attributes).order;
    const Shape &x = inputs[0].shape;
    std::vector<std::int64_t> sizes, sorted = order;
    std::sort(sorted.begin(), sorted.end());
    bool each = order.size() == x.rank() && !order.empty() && order.front() == 0;
    for (std::size_t k = 0; each && k < sorted.size(); ++k)
        each = sorted[k] == static_cast<std::int64_t>(k);
    if (!each)
        return fail(ErrorCode::InvalidGraph, "permute needs each axis of {} once, the batch first.", x.text());
    for (const std::int64_t axis : order)
        sizes.push_back(x[static_cast<std::size_t>(axis)]);
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

static Status gradient(GradientContext &context)
{
    const auto &order = context.attributes<PermuteAttributes>().order;
    PermuteAttributes back{std::vector<std::int64_t>(order.size())};
    for (std::size_t k = 0; k < order.size(); ++k)
        back.order[static_cast<std::size_t>(order[k])] = static_cast<std::int64_t>(k);
    TRAINYARD_TRY(const ValueId dx, context.builder().addOne(OpKind::Permute, back, {context.outputGradient()}));
    context.setInputGradient(0, dx);
    return {};
}

const OpSpec kPermuteOp{.name = "permute", .inferOutputs = infer, .gradient = gradient};

}  // namespace trainyard
