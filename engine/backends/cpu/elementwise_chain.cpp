#include <cmath>
#include <numbers>

#include "engine/backends/cpu/float_blocks.h"
#include "engine/backends/cpu/step.h"
#include "engine/base/philox.h"

namespace trainyard::cpu {

namespace {

// Elements worked on at a time: a register of so many floats stays in the first-level cache.
constexpr std::size_t kBlock = 512;

template <typename Function>
void forEach(std::size_t count, Function function)
{
    for (std::size_t i = 0; i < count; ++i)
        function(i);
}

void activateBlock(ActivationKind kind, float slope, const float *a, std::size_t count, float *y)
{
    switch (kind) {
    case ActivationKind::Identity: return forEach(count, [=](std::size_t i) { y[i] = a[i]; });
    case ActivationKind::Relu: return forEach(count, [=](std::size_t i) { y[i] = a[i] > 0.0f ? a[i] : 0.0f; });
    case ActivationKind::LeakyRelu: return forEach(count, [=](std::size_t i) { y[i] = a[i] > 0.0f ? a[i] : slope * a[i]; });
    case ActivationKind::Gelu:
        return forEach(count, [=](std::size_t i) { y[i] = 0.5f * a[i] * std::erfc(-a[i] * (std::numbers::sqrt2_v<float> / 2)); });
    case ActivationKind::Silu: return forEach(count, [=](std::size_t i) { y[i] = a[i] / (1.0f + std::exp(-a[i])); });
    case ActivationKind::Tanh: return forEach(count, [=](std::size_t i) { y[i] = std::tanh(a[i]); });
    case ActivationKind::Sigmoid: return forEach(count, [=](std::size_t i) { y[i] = 1.0f / (1.0f + std::exp(-a[i])); });
    }
}

// saved: the activation's output where gradientUsesOutput(), else its input.
void activateGradBlock(ActivationKind kind, float slope, const float *saved, const float *dy, std::size_t count, float *dx)
{
    switch (kind) {
    case ActivationKind::Identity: return forEach(count, [=](std::size_t i) { dx[i] = dy[i]; });
    case ActivationKind::Relu: return forEach(count, [=](std::size_t i) { dx[i] = saved[i] > 0.0f ? dy[i] : 0.0f; });
    case ActivationKind::LeakyRelu: return forEach(count, [=](std::size_t i) { dx[i] = saved[i] > 0.0f ? dy[i] : slope * dy[i]; });
    case ActivationKind::Gelu:
        return forEach(count, [=](std::size_t i) {
            const float x = saved[i], half = 0.5f * std::erfc(-x * (std::numbers::sqrt2_v<float> / 2));
            dx[i] = dy[i] * (half + x * std::exp(-0.5f * x * x) * (std::numbers::inv_sqrtpi_v<float> / std::numbers::sqrt2_v<float>));
        });
    case ActivationKind::Silu:
        return forEach(count, [=](std::size_t i) {
            const float s = 1.0f / (1.0f + std::exp(-saved[i]));
            dx[i] = dy[i] * s * (1.0f + saved[i] * (1.0f - s));
        });
    case ActivationKind::Tanh: return forEach(count, [=](std::size_t i) { dx[i] = dy[i] * (1.0f - saved[i] * saved[i]); });
    case ActivationKind::Sigmoid: return forEach(count, [=](std::size_t i) { dx[i] = dy[i] * saved[i] * (1.0f - saved[i]); });
    }
}

// begin is the first element's index in the tensor, a multiple of 4.
void dropoutBlock(const ElementwiseInstruction &instruction, const StepScalars &scalars, std::size_t begin, const float *a, std::size_t count, float *y)
{
    const float rate = instruction.parameter, factor = 1.0f / (1.0f - rate);
    for (std::size_t i = 0; i < count; i += 4) {
        const Philox4 bits = philox(scalars.seed, {static_cast<std::uint32_t>((begin + i) / 4), static_cast<std::uint32_t>(scalars.step),
                                                   instruction.key, static_cast<std::uint32_t>(RandomStream::Dropout)});
        for (std::size_t k = 0; k < 4 && i + k < count; ++k)
            y[i + k] = philoxUniform(bits[k]) >= rate ? a[i + k] * factor : 0.0f;
    }
}

void runInstruction(const ElementwiseInstruction &instruction, const StepScalars &scalars, std::size_t begin, const float *a, const float *b,
                    std::size_t count, float *y)
{
    const float parameter = instruction.parameter;
    switch (instruction.code) {
    case ElementwiseCode::Add: return forEach(count, [=](std::size_t i) { y[i] = a[i] + b[i]; });
    case ElementwiseCode::Multiply: return forEach(count, [=](std::size_t i) { y[i] = a[i] * b[i]; });
    case ElementwiseCode::Scale: return forEach(count, [=](std::size_t i) { y[i] = a[i] * parameter; });
    case ElementwiseCode::Activate: return activateBlock(instruction.activation, parameter, a, count, y);
    case ElementwiseCode::ActivateGrad: return activateGradBlock(instruction.activation, parameter, a, b, count, y);
    case ElementwiseCode::Dropout: return dropoutBlock(instruction, scalars, begin, a, count, y);
    }
}

struct Chain {
    Op op;
    ElementwiseChainAttributes attributes;
    std::vector<DType> inputs;

    void run(const StepMemory &memory, std::size_t begin, std::size_t end) const
    {
        alignas(64) float registers[kMaxChainRegisters][kBlock];
        for (std::size_t i = begin; i < end; i += kBlock) {
            const std::size_t count = std::min(kBlock, end - i);
            for (std::size_t k = 0; k < inputs.size(); ++k)
                loadFloats(inputs[k], memory.at<std::byte>(op.inputs[k]), i, count, registers[k]);
            for (std::size_t k = 0; k < attributes.instructions.size(); ++k) {
                const ElementwiseInstruction &one = attributes.instructions[k];
                runInstruction(one, *memory.scalars, i, registers[one.a], registers[one.b], count, registers[inputs.size() + k]);
            }
            for (std::size_t k = 0; k < attributes.results.size(); ++k)
                storeFloats(attributes.types[k], registers[attributes.results[k]], i, count, memory.at<std::byte>(op.outputs[k]));
        }
    }
};

}  // namespace

std::unique_ptr<Step> makeElementwiseChain(StepRequest &request)
{
    Chain chain{request.op, request.attributes<ElementwiseChainAttributes>(), {}};
    for (const ValueId input : request.op.inputs)
        chain.inputs.push_back(request.list.value(input).type.dtype);
    const auto count = static_cast<std::size_t>(request.outputShape().elements());
    return makeLoop([chain, count, threads = request.threads](const StepMemory &memory) {
        forPieces(count, threads, [&](std::size_t begin, std::size_t end) { chain.run(memory, begin, end); });
    });
}

}  // namespace trainyard::cpu
