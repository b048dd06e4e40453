// Pooling's four steps over two oneDNN primitives.
#pragma once

#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

struct PoolingDescs {
    MemoryDesc x, y;
    PoolingWindow window;
    Algorithm algorithm;
};

PoolingDescs poolingDescs(const Pool2dAttributes &pool, bool maximum, const TensorType &x, const TensorType &y);
std::unique_ptr<Step> makePoolForward(StepRequest &request, bool maximum);
std::unique_ptr<Step> makePoolBackward(StepRequest &request, bool maximum);

}  // namespace trainyard::cpu
