#include "engine/backends/cpu/supported_types.h"

#include "engine/tensor/low_precision.h"

namespace trainyard::cpu {

Status checkTypes(const Program &program)
{
    for (const Op &op : program.list.ops) {
        if (op.kind == OpKind::Cast || op.kind == OpKind::ElementwiseChain)
            continue;
        for (const auto *ids : {&op.inputs, &op.outputs})
            for (const ValueId id : *ids)
                if (id != kNoValue && isLowPrecision(program.list.value(id).type.dtype))
                    return fail(Error{ErrorCode::Unsupported, "The CPU trains in float32 here; choose float32, or a GPU with bfloat16.", {},
                                      fmt::format("{} has a {} value", opSpec(op.kind).name, dtypeName(program.list.value(id).type.dtype))});
    }
    return {};
}

}  // namespace trainyard::cpu
