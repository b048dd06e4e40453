// slice: `length` entries from `begin` on along one axis. Emitted as concat's gradient.
//   input    x
//   output   y
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &slice = std::get<SliceAttributes>(attributes);
    auto sizes = inputs[0].shape.sizes();
    const std::int64_t rank = static_cast<std::int64_t>(sizes.size());
    const auto axis = static_cast<std::size_t>(slice.axis < 0 ? slice.axis + rank : slice.axis);
    if (axis >= sizes.size() || slice.begin < 0 || slice.length < 1 || slice.begin + slice.length > sizes[axis])
        return fail(ErrorCode::InvalidGraph, "slice of {} entries from {} on does not fit {}.", slice.length, slice.begin,
                    inputs[0].shape.text());
    sizes[axis] = slice.length;
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

const OpSpec kSliceOp{"slice", infer, nullptr, nullptr};

}  // namespace trainyard
