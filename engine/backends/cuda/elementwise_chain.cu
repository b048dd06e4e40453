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
#include "engine/base/normal.h"

namespace trainyard::cuda {

namespace {

constexpr int kPerThread = 4;  // as dropout's generator gives numbers
constexpr int kSharedPacks = 2048;  // 32 KiB of registers per block: fewer registers, more threads
static_assert(kSharedPacks / 16 >= kMaxChainRegisters);

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

// What needs no random numbers, for one element.
__device__ inline float resultOf(const ElementwiseInstruction &one, float a, float b)
{
    switch (one.code) {
    case ElementwiseCode::Add: return a + b;
    case ElementwiseCode::Multiply: return a * b;
    case ElementwiseCode::Scale: return a * one.parameter;
    case ElementwiseCode::Activate: return activatedBy(one.activation, a, one.parameter);
    case ElementwiseCode::ActivateGrad: return activationGradientBy(one.activation, a, b, one.parameter);
    case ElementwiseCode::Subtract: return a - b;
    case ElementwiseCode::Divide: return a / b;
    case ElementwiseCode::Maximum: return a >= b ? a : b;
    case ElementwiseCode::Minimum: return a <= b ? a : b;
    case ElementwiseCode::Power: return powf(a, b);
    case ElementwiseCode::PowerConstant: return powf(a, one.parameter);
    case ElementwiseCode::AddConstant: return a + one.parameter;
    case ElementwiseCode::Exp: return expf(a);
    case ElementwiseCode::Log: return logf(a);
    case ElementwiseCode::Sqrt: return sqrtf(a);
    case ElementwiseCode::Abs: return fabsf(a);
    case ElementwiseCode::Sign: return a > 0.0f ? 1.0f : a < 0.0f ? -1.0f : a;
    case ElementwiseCode::Sin: return sinf(a);
    case ElementwiseCode::Cos: return cosf(a);
    case ElementwiseCode::GreaterEqual: return a >= b ? 1.0f : 0.0f;
    case ElementwiseCode::Greater: return a > b ? 1.0f : 0.0f;
    case ElementwiseCode::Constant: return one.parameter;
    case ElementwiseCode::Dropout:
    case ElementwiseCode::Noise: break;
    }
    return a;
}

__device__ inline Four runInstruction(const ElementwiseInstruction &one, const Four &a, const Four &b, std::int64_t at, const StepScalars *scalars)
{
    Four y = a;
    if (one.code == ElementwiseCode::Dropout) {
        DropoutDraw(*scalars, one.key, one.parameter).apply(at, y.values);
    } else if (one.code == ElementwiseCode::Noise) {
        std::uint32_t words[4] = {static_cast<std::uint32_t>(at / 4), static_cast<std::uint32_t>(scalars->step), one.key,
                                  static_cast<std::uint32_t>(RandomStream::Noise)};
        philoxRounds(scalars->seed, words);
        addNormal(words, one.parameter, y.values);
    } else {
        for (int k = 0; k < kPerThread; ++k)
            y.values[k] = resultOf(one, a.values[k], b.values[k]);
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
               : registers <= 32 ? launchChain<64>(stream, m_arguments)
               : registers <= 64 ? launchChain<32>(stream, m_arguments)
                                 : launchChain<16>(stream, m_arguments);
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
