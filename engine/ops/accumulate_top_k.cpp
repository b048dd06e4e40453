// accumulate_top_k: counts positions whose target class is among the k largest predictions; of equal ones the first counts as
// larger. With k = 1 that is accuracy. Positions of the ignored index do not count.
//   inputs   predictions [N, ..., C], targets I32 [N, ...] or F32 [N, ..., C] (its largest entry), accumulator F64 [2] (mutated):
//            right, counted
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    TRAINYARD_CHECK(expectTargets("accumulate_top_k", inputs[0], inputs[1]));
    const std::int64_t k = std::get<TopKAttributes>(attributes).k, classes = inputs[0].shape.back();
    if (k < 1 || k > classes)
        return fail(ErrorCode::InvalidGraph, "accumulate_top_k looks at {} of {} classes. Take 1 to {}.", k, classes, classes);
    return std::vector<OutputType>{};
}

const OpSpec kAccumulateTopKOp{.name = "accumulate_top_k", .inferOutputs = infer, .readsAnyFloat = true};

}  // namespace trainyard
