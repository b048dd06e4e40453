// Batch norm's three steps over oneDNN: any [..., C] as an NHWC image.
#pragma once

#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

inline MemoryDesc channelsDesc(const TensorType &type)
{
    if (type.shape.rank() == 4)
        return imageDesc(type);
    const std::int64_t channels = type.shape.back();
    return MemoryDesc({type.shape.elements() / channels, channels, 1, 1}, dataType(type.dtype), Tag::nhwc);
}

inline dnnl::normalization_flags batchNormFlags(const BatchNormAttributes &attributes, bool inference)
{
    auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
    if (attributes.fusedRelu)
        flags = flags | dnnl::normalization_flags::fuse_norm_relu;
    if (inference)
        flags = flags | dnnl::normalization_flags::use_global_stats;
    return flags;
}

}  // namespace trainyard::cpu
