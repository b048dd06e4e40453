// accumulate_confusion: counts positions by their class (row) and the predicted one (column, the largest prediction, of equal
// ones the first). Binary: every prediction is a yes (class 1) or no by itself, yes above 0, and its target a yes above 1/2.
//   inputs   predictions [N, ..., C], targets I32 [N, ...] or F32 [N, ..., C] (its largest entry; binary: each of them; I32 of
//            one column: the class itself), accumulator F64 [C, C], binary [2, 2] (mutated)
//   outputs  none
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    if (inputs[0].shape != inputs[1].shape)
        TRAINYARD_CHECK(expectTargets("accumulate_confusion", inputs[0], inputs[1]));
    const std::int64_t classes = std::get<ConfusionAttributes>(attributes).binary ? 2 : inputs[0].shape.back();
    if (inputs[2].shape != Shape{classes, classes})
        return fail(ErrorCode::InvalidGraph, "accumulate_confusion counts {} classes, but its table is {}.", classes, inputs[2].shape.text());
    return std::vector<OutputType>{};
}

const OpSpec kAccumulateConfusionOp{.name = "accumulate_confusion", .inferOutputs = infer, .readsAnyFloat = true};

}  // namespace trainyard
