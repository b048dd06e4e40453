// The prebuilt kernel for elementwise chains: it interprets the instructions, four elements per thread, with the registers
// in shared memory. The device's own generated kernel (chain_kernel.h) takes its place where that can be had.
#include <algorithm>

#include "engine/backends/cuda/activation_math.h"
#include "engine/backends/cuda/chain_kernel.h"
#include "engine/backends/cuda/dropout_mask.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/step.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

namespace {

constexpr int kPerThread = 4;  // as dropout's generator gives numbers
constexpr int kSharedPacks = 2048;  // 32 KiB of registers per block: fewer registers, more threads

using Four = Pack<float, kPerThread>;

struct ChainArguments {
    ElementwiseInstruction instructions[kMaxChainInstructions];
    std::byte *values[kMaxChainInputs + kMaxChainOutputs];  // inputs, then outputs
    DType types[kMaxChainInputs + kMaxChainOutputs];
    std::uint8_t results[kMaxChainOutputs];
    int instructionCount, inputs, outputs;
    std::int64_t count;
    const StepScalars *scalars;
};

template <typename T>
__device__ inline Four loadFour(const std::byte *values, std::int64_t at, std::int64_t count)
{
    const T *from = reinterpret_cast<const T *>(values) + at;
    Four four{};
    if (at + kPerThread <= count)
        loadFloats(from, four.values);
    else
        for (int k = 0; k < count - at; ++k)
            four.values[k] = toFloat(from[k]);
    return four;
}

template <typename T>
__device__ inline void storeFour(std::byte *values, std::int64_t at, std::int64_t count, const Four &four)
{
    T *to = reinterpret_cast<T *>(values) + at;
    if (at + kPerThread <= count)
        storeFloats(to, four.values);
    else
        for (int k = 0; k < count - at; ++k)
            to[k] = fromFloat<T>(four.values[k]);
}

__device__ inline Four loadFour(DType type, const std::byte *values, std::int64_t at, std::int64_t count)
{
    return type == DType::BF16  ? loadFour<__nv_bfloat16>(values, at, count)
           : type == DType::F16 ? loadFour<__half>(values, at, count)
                                : loadFour<float>(values, at, count);
}

__device__ inline void storeFour(DType type, std::byte *values, std::int64_t at, std::int64_t count, const Four &four)
{
    if (type == DType::BF16)
        storeFour<__nv_bfloat16>(values, at, count, four);
    else if (type == DType::F16)
        storeFour<__half>(values, at, count, four);
    else
        storeFour<float>(values, at, count, four);
}

__device__ inline float activatedBy(ActivationKind kind, float x, float slope)
{
    switch (kind) {
    case ActivationKind::Relu: return activated<ActivationKind::Relu>(x, slope);
    case ActivationKind::LeakyRelu: return activated<ActivationKind::LeakyRelu>(x, slope);
    case ActivationKind::Gelu: return activated<ActivationKind::Gelu>(x, slope);
    case ActivationKind::Silu: return activated<ActivationKind::Silu>(x, slope);
    case ActivationKind::Tanh: return activated<ActivationKind::Tanh>(x, slope);
    case ActivationKind::Sigmoid: return activated<ActivationKind::Sigmoid>(x, slope);
    default: return x;
    }
}

__device__ inline float gradientBy(ActivationKind kind, float saved, float dy, float slope)
{
    switch (kind) {
    case ActivationKind::Relu: return saved > 0.0f ? dy : 0.0f;
    case ActivationKind::LeakyRelu: return activationDerivative<ActivationKind::LeakyRelu>(saved, slope) * dy;
    case ActivationKind::Gelu: return activationDerivative<ActivationKind::Gelu>(saved, slope) * dy;
    case ActivationKind::Silu: return activationDerivative<ActivationKind::Silu>(saved, slope) * dy;
    case ActivationKind::Tanh: return activationDerivative<ActivationKind::Tanh>(saved, slope) * dy;
    case ActivationKind::Sigmoid: return activationDerivative<ActivationKind::Sigmoid>(saved, slope) * dy;
    default: return dy;
    }
}

__device__ inline Four runInstruction(const ElementwiseInstruction &one, const Four &a, const Four &b, std::int64_t at, const StepScalars *scalars)
{
    Four y = a;
    if (one.code == ElementwiseCode::Dropout) {
        DropoutDraw(*scalars, one.key, one.parameter).apply(at, y.values);
        return y;
    }
    for (int k = 0; k < kPerThread; ++k) {
        switch (one.code) {
        case ElementwiseCode::Add: y.values[k] = a.values[k] + b.values[k]; break;
        case ElementwiseCode::Multiply: y.values[k] = a.values[k] * b.values[k]; break;
        case ElementwiseCode::Scale: y.values[k] = a.values[k] * one.parameter; break;
        case ElementwiseCode::Activate: y.values[k] = activatedBy(one.activation, a.values[k], one.parameter); break;
        case ElementwiseCode::ActivateGrad: y.values[k] = gradientBy(one.activation, a.values[k], b.values[k], one.parameter); break;
        default: break;
        }
    }
    return y;
}

// A thread's registers are a column of the array, so that nobody waits for anybody and no two threads share a bank.
template <int kThreads>
__global__ void interpretChain(const __grid_constant__ ChainArguments chain)
{
    __shared__ Four registers[kSharedPacks / kThreads][kThreads];
    const int me = static_cast<int>(threadIdx.x);
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * kThreads * kPerThread;
    for (std::int64_t at = (static_cast<std::int64_t>(blockIdx.x) * kThreads + me) * kPerThread; at < chain.count; at += stride) {
        for (int i = 0; i < chain.inputs; ++i)
            registers[i][me] = loadFour(chain.types[i], chain.values[i], at, chain.count);
        for (int i = 0; i < chain.instructionCount; ++i) {
            const ElementwiseInstruction &one = chain.instructions[i];
            registers[chain.inputs + i][me] = runInstruction(one, registers[one.a][me], registers[one.b][me], at, chain.scalars);
        }
        for (int i = 0; i < chain.outputs; ++i)
            storeFour(chain.types[chain.inputs + i], chain.values[chain.inputs + i], at, chain.count, registers[chain.results[i]][me]);
    }
}

template <int kThreads>
Status launchChain(cudaStream_t stream, const ChainArguments &chain)
{
    return launch(stream, interpretChain<kThreads>, blocksFor(chain.count, kThreads * kPerThread, 16384), kThreads, chain);
}

class ChainStep : public Step {
public:
    ChainStep(const StepRequest &request, const ElementwiseChainAttributes &attributes)
        : m_op(request.op), m_attributes(attributes), m_device(request.device), m_notes(request.notes)
    {
        for (std::size_t i = 0; i < m_op.inputs.size(); ++i)
            m_inputTypes.push_back(request.inputType(i).dtype);
        m_arguments.count = request.outputShape().elements();
        m_arguments.inputs = static_cast<int>(m_op.inputs.size());
        m_arguments.outputs = static_cast<int>(m_op.outputs.size());
        m_arguments.instructionCount = static_cast<int>(attributes.instructions.size());
        std::copy(attributes.instructions.begin(), attributes.instructions.end(), m_arguments.instructions);
        std::copy(attributes.results.begin(), attributes.results.end(), m_arguments.results);
        std::copy(m_inputTypes.begin(), m_inputTypes.end(), m_arguments.types);
        std::copy(attributes.types.begin(), attributes.types.end(), m_arguments.types + m_op.inputs.size());
    }

    Status bind(const StepMemory &, const Libraries &) override
    {
        auto kernel = loadChainKernel(m_attributes, m_inputTypes, m_arguments.count, m_device);
        if (kernel)
            m_kernel = std::move(*kernel);
        else if (const std::string note = "Elementwise chains run in the prebuilt kernel, which is slower than a generated one: " + kernel.error().message;
                 std::find(m_notes.begin(), m_notes.end(), note) == m_notes.end())
            m_notes.push_back(note);
        return {};
    }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        std::array<const std::byte *, kMaxChainInputs> inputs{};
        std::array<std::byte *, kMaxChainOutputs> outputs{};
        for (std::size_t i = 0; i < m_op.inputs.size(); ++i)
            inputs[i] = m_arguments.values[i] = memory.at<std::byte>(m_op.inputs[i]);
        for (std::size_t i = 0; i < m_op.outputs.size(); ++i)
            outputs[i] = m_arguments.values[m_op.inputs.size() + i] = memory.at<std::byte>(m_op.outputs[i]);
        m_arguments.scalars = memory.scalars;
        if (m_kernel)
            return m_kernel->enqueue({inputs.data(), m_op.inputs.size()}, {outputs.data(), m_op.outputs.size()}, memory.scalars, stream);
        const int registers = m_arguments.inputs + m_arguments.instructionCount;
        return registers <= 8    ? launchChain<256>(stream, m_arguments)
               : registers <= 16 ? launchChain<128>(stream, m_arguments)
                                 : launchChain<64>(stream, m_arguments);
    }

private:
    Op m_op;
    ElementwiseChainAttributes m_attributes;
    DeviceProperties m_device;
    std::vector<std::string> &m_notes;  // lives as long as the steps
    std::vector<DType> m_inputTypes;
    ChainArguments m_arguments{};
    std::unique_ptr<ChainKernel> m_kernel;
};

}  // namespace

StepResult makeElementwiseChain(StepRequest &request)
{
    return std::make_unique<ChainStep>(request, request.attributes<ElementwiseChainAttributes>());
}

}  // namespace trainyard::cuda
