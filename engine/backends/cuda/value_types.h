// The storage types of an op's activations.
#pragma once

#include <initializer_list>

#include "engine/backends/cuda/float_types.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

inline bool isFloatType(DType dtype)
{
    return dtype == DType::F32 || dtype == DType::BF16 || dtype == DType::F16;
}

// The one type all these values have. Errors: Unsupported, where they differ or are no float32, bfloat16 or float16.
inline Result<DType> commonFloatType(const StepRequest &request, std::initializer_list<ValueId> values)
{
    const DType first = request.list.value(*values.begin()).type.dtype;
    for (const ValueId id : values) {
        const DType dtype = request.list.value(id).type.dtype;
        if (dtype != first || !isFloatType(dtype))
            return fail(ErrorCode::Unsupported, "The GPU has no {} for values of type {} and {}.", opSpec(request.op.kind).name,
                        dtypeName(first), dtypeName(dtype));
    }
    return first;
}

}  // namespace trainyard::cuda
