#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

namespace {

const dnnl::stream &cpuStream()
{
    static thread_local dnnl::stream stream(cpuEngine());
    return stream;
}

}  // namespace

void PrimitiveCall::add(int argument, const MemoryDesc &desc)
{
    m_memories.emplace_back(desc, cpuEngine(), nullptr);
    m_arguments.push_back({argument, m_memories.back().get()});
}

void PrimitiveCall::setPointer(int argument, void *pointer)
{
    for (std::size_t i = 0; i < m_arguments.size(); ++i)
        if (m_arguments[i].arg == argument)
            m_memories[i].set_data_handle(pointer);
}

// The C function: the C++ wrapper builds a vector on every call.
void PrimitiveCall::run()
{
    dnnl::error::wrap_c_api(dnnl_primitive_execute(m_primitive.get(), cpuStream().get(), static_cast<int>(m_arguments.size()),
                                                   m_arguments.data()),
                            "could not execute a primitive");
}

std::size_t PrimitiveStep::add(dnnl::primitive primitive)
{
    m_calls.emplace_back(std::move(primitive));
    return m_calls.size() - 1;
}

void PrimitiveStep::argument(std::size_t call, int name, const MemoryDesc &desc, ValueId value, std::uint64_t offset)
{
    m_calls[call].add(name, desc);
    m_arguments.push_back({call, name, value, offset});
}

void PrimitiveStep::scratchArgument(std::size_t call, int name, const MemoryDesc &desc, std::uint64_t offset)
{
    if (desc.get_size() == 0)
        return;
    m_calls[call].add(name, desc);
    m_arguments.push_back({call, name, kNoValue, offset});
}

void PrimitiveStep::bind(const StepMemory &memory)
{
    for (const Argument &argument : m_arguments) {
        std::byte *begin = argument.value == kNoValue ? memory.scratch : memory.at<std::byte>(argument.value);
        m_calls[argument.call].setPointer(argument.name, begin ? begin + argument.offset : nullptr);
    }
}

void PrimitiveStep::run(const StepMemory &)
{
    for (PrimitiveCall &call : m_calls)
        call.run();
}

MemoryDesc matrixDesc(const TensorType &type, bool transposed)
{
    const std::int64_t columns = type.shape.back();
    const std::int64_t rows = type.shape.elements() / columns;
    return transposed ? MemoryDesc({columns, rows}, dataType(type.dtype), Tag::ba) : MemoryDesc({rows, columns}, dataType(type.dtype), Tag::ab);
}

MemoryDesc imageDesc(const TensorType &type)
{
    const Shape &shape = type.shape;
    return MemoryDesc({shape[0], shape[3], shape[1], shape[2]}, dataType(type.dtype), Tag::nhwc);
}

MemoryDesc vectorDesc(std::int64_t size, DType type)
{
    return MemoryDesc({size}, dataType(type), Tag::a);
}

Algorithm eltwiseAlgorithm(ActivationKind kind, bool fromOutput)
{
    switch (kind) {
    case ActivationKind::Relu:
    case ActivationKind::LeakyRelu: return fromOutput ? Algorithm::eltwise_relu_use_dst_for_bwd : Algorithm::eltwise_relu;
    case ActivationKind::Gelu: return Algorithm::eltwise_gelu_erf;
    case ActivationKind::Silu: return Algorithm::eltwise_swish;
    case ActivationKind::Tanh: return fromOutput ? Algorithm::eltwise_tanh_use_dst_for_bwd : Algorithm::eltwise_tanh;
    case ActivationKind::Sigmoid: return fromOutput ? Algorithm::eltwise_logistic_use_dst_for_bwd : Algorithm::eltwise_logistic;
    default: return Algorithm::eltwise_linear;
    }
}

float eltwiseAlpha(const ActivationAttributes &activation)
{
    switch (activation.kind) {
    case ActivationKind::LeakyRelu: return activation.slope;
    case ActivationKind::Silu:
    case ActivationKind::Identity: return 1.0f;
    default: return 0.0f;
    }
}

dnnl::primitive_attr withActivation(const ActivationAttributes &activation)
{
    dnnl::primitive_attr attributes = userScratchpad();
    if (activation.kind != ActivationKind::Identity) {
        dnnl::post_ops ops;
        appendEltwise(ops, eltwiseAlgorithm(activation.kind, false), eltwiseAlpha(activation), 0.0f);
        attributes.set_post_ops(ops);
    }
    return attributes;
}

}  // namespace trainyard::cpu
