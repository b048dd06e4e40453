// The target class of a position, from an index or from the largest entry of a row; of equal ones the first.
#pragma once

#include <algorithm>

#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

struct ClassTargets {
    std::int64_t columns;
    bool indices;
    ValueId targets;
    std::int32_t ignoreIndex;

    ClassTargets(const StepRequest &request, std::int32_t ignored)
        : columns(request.inputShape(0).back()), indices(request.list.value(request.op.inputs[1]).type.dtype == DType::I32),
          targets(request.op.inputs[1]), ignoreIndex(ignored)
    {
    }

    // -1: the position does not count.
    std::int64_t at(const StepMemory &memory, std::int64_t position) const
    {
        if (!indices) {
            const float *row = memory.at<float>(targets) + position * columns;
            return std::max_element(row, row + columns) - row;
        }
        const std::int32_t target = memory.at<std::int32_t>(targets)[position];
        return ignoreIndex >= 0 && target == ignoreIndex ? -1 : target;
    }
};

}  // namespace trainyard::cpu
