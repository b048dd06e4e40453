#include "engine/layers/loss_layer.h"

namespace trainyard {

std::function<Result<ValueId>(EmitContext &)> lossEmit(OpKind op)
{
    return [op](EmitContext &context) -> Result<ValueId> {
        const ValueId predictions = context.inputs[0];
        if (context.mode == Mode::Predict || context.batchTargets == kNoValue)
            return predictions;
        TRAINYARD_TRY(context.loss, context.builder.addOne(op, LossAttributes{}, {predictions, context.batchTargets}));
        return predictions;
    };
}

}  // namespace trainyard
