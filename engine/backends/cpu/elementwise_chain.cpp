#include <cmath>

#include "engine/backends/cpu/element_loop.h"
#include "engine/backends/cpu/elementary.h"
#include "engine/backends/cpu/float_blocks.h"
#include "engine/backends/cpu/step.h"
#include "engine/base/normal.h"
#include "engine/base/philox.h"

namespace trainyard::cpu {

namespace {

// All registers together stay in the second-level cache; how many elements are worked on at a time follows from it.
constexpr std::size_t kRegisterFloats = 16384, kMostBlock = 512;

TRAINYARD_ELEMENT_LOOP(add, x + g)
TRAINYARD_ELEMENT_LOOP(multiply, x * g)
TRAINYARD_ELEMENT_LOOP(scale, x * p)
TRAINYARD_ELEMENT_LOOP(subtract, x - g)
TRAINYARD_ELEMENT_LOOP(divide, x / g)
TRAINYARD_ELEMENT_LOOP(maximum, x >= g ? x : g)
TRAINYARD_ELEMENT_LOOP(minimum, x <= g ? x : g)
TRAINYARD_ELEMENT_LOOP(power, std::pow(x, g))
TRAINYARD_ELEMENT_LOOP(powerConstant, std::pow(x, p))
TRAINYARD_ELEMENT_LOOP(addConstant, x + p)
TRAINYARD_ELEMENT_LOOP(exponentials, exponential(x))
TRAINYARD_ELEMENT_LOOP(logarithms, std::log(x))
TRAINYARD_ELEMENT_LOOP(squareRoot, std::sqrt(x))
TRAINYARD_ELEMENT_LOOP(absolute, x < 0.0f ? -x : x)
TRAINYARD_ELEMENT_LOOP(sign, x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x)
TRAINYARD_ELEMENT_LOOP(sine, std::sin(x))
TRAINYARD_ELEMENT_LOOP(cosine, std::cos(x))
TRAINYARD_ELEMENT_LOOP(greaterEqual, x >= g ? 1.0f : 0.0f)
TRAINYARD_ELEMENT_LOOP(greater, x > g ? 1.0f : 0.0f)
TRAINYARD_ELEMENT_LOOP(constant, p)

// Null: needs random numbers.
ElementLoop loopOf(const ElementwiseInstruction &one)
{
    switch (one.code) {
    case ElementwiseCode::Add: return add;
    case ElementwiseCode::Multiply: return multiply;
    case ElementwiseCode::Scale: return scale;
    case ElementwiseCode::Activate: return activationLoop(one.activation);
    case ElementwiseCode::ActivateGrad: return activationGradLoop(one.activation, one.parameter);
    case ElementwiseCode::Subtract: return subtract;
    case ElementwiseCode::Divide: return divide;
    case ElementwiseCode::Maximum: return maximum;
    case ElementwiseCode::Minimum: return minimum;
    case ElementwiseCode::Power: return power;
    case ElementwiseCode::PowerConstant: return powerConstant;
    case ElementwiseCode::AddConstant: return addConstant;
    case ElementwiseCode::Exp: return exponentials;
    case ElementwiseCode::Log: return logarithms;
    case ElementwiseCode::Sqrt: return squareRoot;
    case ElementwiseCode::Abs: return absolute;
    case ElementwiseCode::Sign: return sign;
    case ElementwiseCode::Sin: return sine;
    case ElementwiseCode::Cos: return cosine;
    case ElementwiseCode::GreaterEqual: return greaterEqual;
    case ElementwiseCode::Greater: return greater;
    case ElementwiseCode::Constant: return constant;
    case ElementwiseCode::Dropout:
    case ElementwiseCode::Noise: break;
    }
    return nullptr;
}

// begin is the first element's index in the tensor, a multiple of 4.
void randomBlock(const ElementwiseInstruction &one, const StepScalars &scalars, std::size_t begin, const float *a, std::size_t count, float *y)
{
    const bool noise = one.code == ElementwiseCode::Noise;
    const auto stream = static_cast<std::uint32_t>(noise ? RandomStream::Noise : RandomStream::Dropout);
    const float factor = one.parameter < 1.0f ? 1.0f / (1.0f - one.parameter) : 0.0f;
    for (std::size_t i = 0; i < count; i += 4) {
        std::uint32_t words[4] = {static_cast<std::uint32_t>((begin + i) / 4), static_cast<std::uint32_t>(scalars.step), one.key, stream};
        philoxRounds(scalars.seed, words);
        const std::size_t here = std::min<std::size_t>(4, count - i);
        float four[4] = {};
        std::copy_n(a + i, here, four);
        if (noise)
            addNormal(words, one.parameter, four);
        for (std::size_t k = 0; k < here; ++k)
            y[i + k] = noise ? four[k] : philoxUniform(words[k]) >= one.parameter ? four[k] * factor : 0.0f;
    }
}

struct Chain {
    Op op;
    ElementwiseChainAttributes attributes;
    std::vector<DType> inputs;
    std::vector<ElementLoop> loops;

    void run(const StepMemory &memory, std::size_t begin, std::size_t end) const
    {
        alignas(64) float storage[kRegisterFloats];
        const float *registers[kMaxChainRegisters];
        const std::size_t count = inputs.size() + attributes.instructions.size();
        const std::size_t block = std::min(kMostBlock, kRegisterFloats / count / 16 * 16);
        for (std::size_t i = begin; i < end; i += block)
            runBlock(memory, i, std::min(block, end - i), block, storage, registers);
    }

    void runBlock(const StepMemory &memory, std::size_t at, std::size_t count, std::size_t block, float *storage, const float **registers) const
    {
        for (std::size_t k = 0; k < inputs.size(); ++k)
            registers[k] = floatsOf(inputs[k], memory.at<std::byte>(op.inputs[k]), at, count, storage + k * block);
        for (std::size_t k = 0; k < loops.size(); ++k) {
            const ElementwiseInstruction &one = attributes.instructions[k];
            float *to = storage + (inputs.size() + k) * block;
            if (loops[k])
                loops[k](registers[one.a], registers[one.b], one.parameter, count, to);
            else
                randomBlock(one, *memory.scalars, at, registers[one.a], count, to);
            registers[inputs.size() + k] = to;
        }
        // Output 0 last: it may lie where input 0 lies, which others may still want.
        for (std::size_t k = attributes.results.size(); k-- > 0;) {
            const float *from = registers[attributes.results[k]];
            std::byte *to = memory.at<std::byte>(op.outputs[k]);
            if (attributes.types[k] != DType::F32 || reinterpret_cast<const std::byte *>(from) != to + at * sizeof(float))
                storeFloats(attributes.types[k], from, at, count, to);
        }
    }
};

}  // namespace

std::unique_ptr<Step> makeElementwiseChain(StepRequest &request)
{
    Chain chain{request.op, request.attributes<ElementwiseChainAttributes>(), {}, {}};
    for (const ValueId input : request.op.inputs)
        chain.inputs.push_back(request.list.value(input).type.dtype);
    for (const ElementwiseInstruction &one : chain.attributes.instructions)
        chain.loops.push_back(loopOf(one));
    const auto count = static_cast<std::size_t>(request.outputShape().elements());
    return makeLoop([chain, count, threads = request.threads](const StepMemory &memory) {
        forPieces(count, threads, [&](std::size_t begin, std::size_t end) { chain.run(memory, begin, end); });
    });
}

}  // namespace trainyard::cpu
