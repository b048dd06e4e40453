// A oneDNN primitive with its arguments fixed: pointers are set once, and running it allocates nothing.
#pragma once

#include <vector>

#include "engine/backends/cpu/onednn.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

class PrimitiveCall {
public:
    PrimitiveCall() = default;
    explicit PrimitiveCall(dnnl::primitive primitive) : m_primitive(std::move(primitive)) {}

    // Declares an argument; the pointer comes with setPointer().
    void add(int argument, const MemoryDesc &desc);
    void setPointer(int argument, void *pointer);
    void run();

private:
    dnnl::primitive m_primitive;
    std::vector<dnnl::memory> m_memories;
    std::vector<dnnl_exec_arg_t> m_arguments;
};

// A step of several primitive calls, whose arguments are values of the program or pieces of the op's scratch.
class PrimitiveStep : public Step {
public:
    // Returns the call's number.
    std::size_t add(dnnl::primitive primitive);
    // offset: bytes from the value's, or the scratch's, begin.
    void argument(std::size_t call, int name, const MemoryDesc &desc, ValueId value, std::uint64_t offset = 0);
    void scratchArgument(std::size_t call, int name, const MemoryDesc &desc, std::uint64_t offset);

    void bind(const StepMemory &memory) override;
    void run(const StepMemory &) override;

private:
    struct Argument {
        std::size_t call;
        int name;
        ValueId value;  // kNoValue: scratch
        std::uint64_t offset;
    };
    std::vector<PrimitiveCall> m_calls;
    std::vector<Argument> m_arguments;
};

// Hands out pieces of an op's scratch.
class ScratchLayout {
public:
    std::uint64_t take(std::uint64_t bytes)
    {
        const std::uint64_t offset = m_bytes;
        m_bytes += (bytes + 63) / 64 * 64;
        return offset;
    }
    std::uint64_t bytes() const { return m_bytes; }

private:
    std::uint64_t m_bytes = 0;
};

// [rows, columns] of a tensor seen as a matrix: all dimensions but the last are rows.
MemoryDesc matrixDesc(const TensorType &type, bool transposed = false);
// NHWC data in oneDNN's logical order (N, C, H, W).
MemoryDesc imageDesc(const TensorType &type);
MemoryDesc vectorDesc(std::int64_t size, DType type = DType::F32);
// Of isFusable() kinds.
Algorithm eltwiseAlgorithm(ActivationKind kind, bool fromOutput);
// alpha of that algorithm: the slope of leaky relu, the factor in silu.
float eltwiseAlpha(const ActivationAttributes &activation);
dnnl::primitive_attr withActivation(const ActivationAttributes &activation);

}  // namespace trainyard::cpu
