// The one place that knows which oneDNN this is: 2.6 describes an operation first (op::desc) and 3.x does not. All
// primitives take a user scratchpad, so that their scratch lies in the arena.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include "engine/tensor/tensor.h"

namespace trainyard::cpu {

using MemoryDesc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
using Dims = dnnl::memory::dims;
using Algorithm = dnnl::algorithm;
using Propagation = dnnl::prop_kind;

inline constexpr auto kF32 = dnnl::memory::data_type::f32;

// Of the types that primitives here take: float32 and bfloat16.
inline dnnl::memory::data_type dataType(DType type)
{
    return type == DType::BF16 ? dnnl::memory::data_type::bf16 : kF32;
}

inline const dnnl::engine &cpuEngine()
{
    static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

inline dnnl::primitive_attr userScratchpad()
{
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attributes;
}

inline void appendEltwise(dnnl::post_ops &ops, Algorithm algorithm, float alpha, float beta)
{
#if DNNL_VERSION_MAJOR >= 3
    ops.append_eltwise(algorithm, alpha, beta);
#else
    ops.append_eltwise(1.0f, algorithm, alpha, beta);
#endif
}

inline dnnl::matmul::primitive_desc matmulDesc(const MemoryDesc &a, const MemoryDesc &b, const MemoryDesc &bias,
                                               const MemoryDesc &c, const dnnl::primitive_attr &attributes)
{
    const bool hasBias = bias.get_size() > 0;
#if DNNL_VERSION_MAJOR >= 3
    return hasBias ? dnnl::matmul::primitive_desc(cpuEngine(), a, b, bias, c, attributes)
                   : dnnl::matmul::primitive_desc(cpuEngine(), a, b, c, attributes);
#else
    return hasBias ? dnnl::matmul::primitive_desc({a, b, bias, c}, attributes, cpuEngine())
                   : dnnl::matmul::primitive_desc({a, b, c}, attributes, cpuEngine());
#endif
}

// A convolution's window in oneDNN's terms, whose dilation counts the gaps, and how it is computed.
struct ConvolutionWindow {
    Dims strides, dilates, padBegin, padEnd;
    Algorithm algorithm = Algorithm::convolution_direct;
};

inline dnnl::convolution_forward::primitive_desc convolutionForwardDesc(const MemoryDesc &x, const MemoryDesc &weights,
                                                                        const MemoryDesc &bias, const MemoryDesc &y,
                                                                        const ConvolutionWindow &w,
                                                                        const dnnl::primitive_attr &attributes)
{
    using Forward = dnnl::convolution_forward;
    const bool hasBias = bias.get_size() > 0;
    const auto kind = Propagation::forward_training;
#if DNNL_VERSION_MAJOR >= 3
    return hasBias ? Forward::primitive_desc(cpuEngine(), kind, w.algorithm, x, weights, bias, y, w.strides, w.dilates,
                                             w.padBegin, w.padEnd, attributes)
                   : Forward::primitive_desc(cpuEngine(), kind, w.algorithm, x, weights, y, w.strides, w.dilates, w.padBegin,
                                             w.padEnd, attributes);
#else
    return hasBias ? Forward::primitive_desc({kind, w.algorithm, x, weights, bias, y, w.strides, w.dilates, w.padBegin, w.padEnd},
                                             attributes, cpuEngine())
                   : Forward::primitive_desc({kind, w.algorithm, x, weights, y, w.strides, w.dilates, w.padBegin, w.padEnd},
                                             attributes, cpuEngine());
#endif
}

inline dnnl::convolution_backward_data::primitive_desc
convolutionBackwardDataDesc(const MemoryDesc &dx, const MemoryDesc &weights, const MemoryDesc &dy, const ConvolutionWindow &w,
                            const dnnl::convolution_forward::primitive_desc &forward, const dnnl::primitive_attr &attributes)
{
    using Backward = dnnl::convolution_backward_data;
#if DNNL_VERSION_MAJOR >= 3
    return Backward::primitive_desc(cpuEngine(), w.algorithm, dx, weights, dy, w.strides, w.dilates,
                                    w.padBegin, w.padEnd, forward, attributes);
#else
    return Backward::primitive_desc({w.algorithm, dx, weights, dy, w.strides, w.dilates, w.padBegin, w.padEnd},
                                    attributes, cpuEngine(), forward);
#endif
}

inline dnnl::convolution_backward_weights::primitive_desc
convolutionBackwardWeightsDesc(const MemoryDesc &x, const MemoryDesc &dw, const MemoryDesc &db, const MemoryDesc &dy,
                               const ConvolutionWindow &w, const dnnl::convolution_forward::primitive_desc &forward,
                               const dnnl::primitive_attr &attributes)
{
    using Backward = dnnl::convolution_backward_weights;
    const bool hasBias = db.get_size() > 0;
#if DNNL_VERSION_MAJOR >= 3
    return hasBias ? Backward::primitive_desc(cpuEngine(), w.algorithm, x, dw, db, dy, w.strides, w.dilates,
                                              w.padBegin, w.padEnd, forward, attributes)
                   : Backward::primitive_desc(cpuEngine(), w.algorithm, x, dw, dy, w.strides, w.dilates,
                                              w.padBegin, w.padEnd, forward, attributes);
#else
    return hasBias ? Backward::primitive_desc({w.algorithm, x, dw, db, dy, w.strides, w.dilates, w.padBegin, w.padEnd},
                                              attributes, cpuEngine(), forward)
                   : Backward::primitive_desc({w.algorithm, x, dw, dy, w.strides, w.dilates, w.padBegin, w.padEnd},
                                              attributes, cpuEngine(), forward);
#endif
}

struct PoolingWindow {
    Dims strides, kernel, padBegin, padEnd;
};

inline dnnl::pooling_forward::primitive_desc poolingForwardDesc(Propagation kind, Algorithm algorithm, const MemoryDesc &x,
                                                                const MemoryDesc &y, const PoolingWindow &w)
{
    using Forward = dnnl::pooling_forward;
#if DNNL_VERSION_MAJOR >= 3
    return Forward::primitive_desc(cpuEngine(), kind, algorithm, x, y, w.strides, w.kernel, Dims(w.kernel.size(), 0), w.padBegin,
                                   w.padEnd, userScratchpad());
#else
    return Forward::primitive_desc({kind, algorithm, x, y, w.strides, w.kernel, w.padBegin, w.padEnd}, userScratchpad(), cpuEngine());
#endif
}

inline dnnl::pooling_backward::primitive_desc poolingBackwardDesc(Algorithm algorithm, const MemoryDesc &dx, const MemoryDesc &dy,
                                                                  const PoolingWindow &w,
                                                                  const dnnl::pooling_forward::primitive_desc &forward)
{
    using Backward = dnnl::pooling_backward;
#if DNNL_VERSION_MAJOR >= 3
    return Backward::primitive_desc(cpuEngine(), algorithm, dx, dy, w.strides, w.kernel, Dims(w.kernel.size(), 0), w.padBegin,
                                    w.padEnd, forward, userScratchpad());
#else
    return Backward::primitive_desc({algorithm, dx, dy, w.strides, w.kernel, w.padBegin, w.padEnd}, userScratchpad(), cpuEngine(), forward);
#endif
}

inline dnnl::batch_normalization_forward::primitive_desc batchNormForwardDesc(Propagation kind, const MemoryDesc &x, float epsilon,
                                                                              dnnl::normalization_flags flags)
{
    using Forward = dnnl::batch_normalization_forward;
#if DNNL_VERSION_MAJOR >= 3
    return Forward::primitive_desc(cpuEngine(), kind, x, x, epsilon, flags, userScratchpad());
#else
    return Forward::primitive_desc({kind, x, epsilon, flags}, userScratchpad(), cpuEngine());
#endif
}

// The gradient does not depend on the shift, but 2.6 counts it among the arguments and 3.x refuses it there.
inline constexpr bool kBatchNormBackwardTakesShift = DNNL_VERSION_MAJOR < 3;

inline dnnl::batch_normalization_backward::primitive_desc
batchNormBackwardDesc(const MemoryDesc &x, float epsilon, dnnl::normalization_flags flags,
                      const dnnl::batch_normalization_forward::primitive_desc &forward)
{
    using Backward = dnnl::batch_normalization_backward;
#if DNNL_VERSION_MAJOR >= 3
    return Backward::primitive_desc(cpuEngine(), Propagation::backward, x, x, x, epsilon, flags, forward, userScratchpad());
#else
    return Backward::primitive_desc({Propagation::backward, x, x, epsilon, flags}, userScratchpad(), cpuEngine(), forward);
#endif
}

inline dnnl::eltwise_forward::primitive_desc eltwiseForwardDesc(Algorithm algorithm, const MemoryDesc &x, float alpha)
{
    using Forward = dnnl::eltwise_forward;
#if DNNL_VERSION_MAJOR >= 3
    return Forward::primitive_desc(cpuEngine(), Propagation::forward_training, algorithm, x, x, alpha, 0.0f, userScratchpad());
#else
    return Forward::primitive_desc({Propagation::forward_training, algorithm, x, alpha, 0.0f}, userScratchpad(), cpuEngine());
#endif
}

inline dnnl::eltwise_backward::primitive_desc eltwiseBackwardDesc(Algorithm algorithm, const MemoryDesc &x, float alpha,
                                                                  const dnnl::eltwise_forward::primitive_desc &forward)
{
    using Backward = dnnl::eltwise_backward;
#if DNNL_VERSION_MAJOR >= 3
    return Backward::primitive_desc(cpuEngine(), algorithm, x, x, x, alpha, 0.0f, forward, userScratchpad());
#else
    return Backward::primitive_desc({algorithm, x, x, alpha, 0.0f}, userScratchpad(), cpuEngine(), forward);
#endif
}

inline dnnl::binary::primitive_desc binaryDesc(Algorithm algorithm, const MemoryDesc &x, const dnnl::primitive_attr &attributes)
{
#if DNNL_VERSION_MAJOR >= 3
    return dnnl::binary::primitive_desc(cpuEngine(), algorithm, x, x, x, attributes);
#else
    return dnnl::binary::primitive_desc({algorithm, x, x, x}, attributes, cpuEngine());
#endif
}

}  // namespace trainyard::cpu
