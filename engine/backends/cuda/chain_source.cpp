#include "engine/backends/cuda/chain_source.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "engine/backends/cuda/chain_functions.h"
#include "engine/base/philox.h"
#include "engine/tensor/low_precision.h"

namespace trainyard::cuda {

namespace {

// The struct of the generated text has to lie in memory as the engine's does.
static_assert(offsetof(StepScalars, seed) == 0 && offsetof(StepScalars, step) == 8);

std::string replaced(std::string text, const std::string &word, const std::string &by)
{
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
        text.replace(at, word.size(), by);
    return text;
}

// To the last bit.
std::string literal(float value)
{
    if (!std::isfinite(value))
        return fmt::format("__uint_as_float({}u)", std::bit_cast<std::uint32_t>(value));
    return fmt::format("{:a}f", value);
}

constexpr const char *kSeluScale = "1.0507010f", *kSeluBelow = "1.7580993f";  // Klambauer et al. 2017

std::string activationOf(ActivationKind kind, const std::string &x, const std::string &slope)
{
    switch (kind) {
    case ActivationKind::Identity: return x;
    case ActivationKind::Relu: return fmt::format("{0} > 0.0f ? {0} : 0.0f", x);
    case ActivationKind::LeakyRelu: return fmt::format("{0} > 0.0f ? {0} : {1} * {0}", x, slope);
    case ActivationKind::Gelu: return fmt::format("0.5f * {0} * (1.0f + erff({0} * 0.70710678f))", x);
    case ActivationKind::Silu: return fmt::format("{0} * sigmoid({0})", x);
    case ActivationKind::Tanh: return fmt::format("tanhf({0})", x);
    case ActivationKind::Sigmoid: return fmt::format("sigmoid({0})", x);
    case ActivationKind::GeluTanh: return fmt::format("{0} * geluTanhShare({0})", x);
    case ActivationKind::Elu: return fmt::format("{0} > 0.0f ? {0} : {1} * expm1f({0})", x, slope);
    case ActivationKind::Selu: return fmt::format("{0} > 0.0f ? {1} * {0} : {2} * expm1f({0})", x, kSeluScale, kSeluBelow);
    case ActivationKind::Softplus: return fmt::format("softplus({0})", x);
    case ActivationKind::Mish: return fmt::format("{0} * mishShare({0})", x);
    case ActivationKind::HardSwish: return fmt::format("{0} * hardShare({0})", x);
    case ActivationKind::HardSigmoid: return fmt::format("hardShare({0})", x);
    }
    return x;
}

// s: what was saved, dy: the gradient of the activation's output.
std::string activationGradOf(const ElementwiseInstruction &one, const std::string &s, const std::string &dy, const std::string &slope)
{
    switch (one.activation) {
    case ActivationKind::Identity: return dy;
    case ActivationKind::Relu: return fmt::format("{} > 0.0f ? {} : 0.0f", s, dy);
    case ActivationKind::LeakyRelu: return fmt::format("{0} > 0.0f ? {1} : {2} * {1}", s, dy, slope);
    case ActivationKind::Gelu:
        return fmt::format("{1} * (0.5f * (1.0f + erff({0} * 0.70710678f)) + {0} * 0.39894228f * expf(-0.5f * {0} * {0}))", s, dy);
    case ActivationKind::Silu: return fmt::format("{1} * (sigmoid({0}) + {0} * sigmoid({0}) * (1.0f - sigmoid({0})))", s, dy);
    case ActivationKind::Tanh: return fmt::format("{1} * (1.0f - {0} * {0})", s, dy);
    case ActivationKind::Sigmoid: return fmt::format("{1} * ({0} * (1.0f - {0}))", s, dy);
    case ActivationKind::GeluTanh: return fmt::format("{1} * geluTanhSlope({0})", s, dy);
    case ActivationKind::Elu:
        return gradientUsesOutput(one.activation, static_cast<double>(one.parameter)) ? fmt::format("{0} > 0.0f ? {1} : {1} * ({0} + {2})", s, dy, slope)
                                                                                      : fmt::format("{0} > 0.0f ? {1} : {1} * {2} * expf({0})", s, dy, slope);
    case ActivationKind::Selu: return fmt::format("{0} > 0.0f ? {1} * {2} : {1} * ({0} + {3})", s, dy, kSeluScale, kSeluBelow);
    case ActivationKind::Softplus: return fmt::format("{1} * -expm1f(-{0})", s, dy);
    case ActivationKind::Mish: return fmt::format("{1} * mishSlope({0})", s, dy);
    case ActivationKind::HardSwish:
        return fmt::format("{0} <= -3.0f ? 0.0f : {0} >= 3.0f ? {1} : {1} * ({0} * (1.0f / 3.0f) + 0.5f)", s, dy);
    case ActivationKind::HardSigmoid: return fmt::format("{0} > 0.0f && {0} < 1.0f ? {1} * (1.0f / 6.0f) : 0.0f", s, dy);
    }
    return dy;
}

// call: of a function on four elements, up to its last two arguments.
std::string fourAtATime(std::size_t to, const std::string &a, const std::string &call)
{
    return fmt::format("        for (int k = 0; k < V; ++k)\n            r{0}[k] = {1};\n        for (int k = 0; k < V; k += 4)\n"
                       "            {2}, at + k, r{0} + k);\n",
                       to, a, call);
}

// The statement that fills register `to`.
std::string statement(const ElementwiseInstruction &one, std::size_t to)
{
    const std::string a = fmt::format("r{}[k]", one.a), b = fmt::format("r{}[k]", one.b), parameter = literal(one.parameter);
    std::string value;
    switch (one.code) {
    case ElementwiseCode::Add: value = a + " + " + b; break;
    case ElementwiseCode::Multiply: value = a + " * " + b; break;
    case ElementwiseCode::Scale: value = a + " * " + parameter; break;
    case ElementwiseCode::Activate: value = activationOf(one.activation, a, parameter); break;
    case ElementwiseCode::ActivateGrad: value = activationGradOf(one, a, b, parameter); break;
    case ElementwiseCode::Subtract: value = a + " - " + b; break;
    case ElementwiseCode::Divide: value = a + " / " + b; break;
    case ElementwiseCode::Maximum: value = fmt::format("{0} >= {1} ? {0} : {1}", a, b); break;
    case ElementwiseCode::Minimum: value = fmt::format("{0} <= {1} ? {0} : {1}", a, b); break;
    case ElementwiseCode::Power: value = fmt::format("powf({}, {})", a, b); break;
    case ElementwiseCode::PowerConstant: value = fmt::format("powf({}, {})", a, parameter); break;
    case ElementwiseCode::AddConstant: value = a + " + " + parameter; break;
    case ElementwiseCode::Exp: value = fmt::format("expf({})", a); break;
    case ElementwiseCode::Log: value = fmt::format("logf({})", a); break;
    case ElementwiseCode::Sqrt: value = fmt::format("sqrtf({})", a); break;
    case ElementwiseCode::Abs: value = fmt::format("fabsf({})", a); break;
    case ElementwiseCode::Sign: value = fmt::format("{0} > 0.0f ? 1.0f : {0} < 0.0f ? -1.0f : {0}", a); break;
    case ElementwiseCode::Sin: value = fmt::format("sinf({})", a); break;
    case ElementwiseCode::Cos: value = fmt::format("cosf({})", a); break;
    case ElementwiseCode::GreaterEqual: value = fmt::format("{} >= {} ? 1.0f : 0.0f", a, b); break;
    case ElementwiseCode::Greater: value = fmt::format("{} > {} ? 1.0f : 0.0f", a, b); break;
    case ElementwiseCode::Constant: value = parameter; break;
    case ElementwiseCode::Dropout: {
        const float scale = one.parameter < 1.0f ? 1.0f / (1.0f - one.parameter) : 0.0f;
        return fourAtATime(to, a, fmt::format("dropout(seed, step, {}u, {}, {}", one.key, parameter, literal(scale)));
    }
    case ElementwiseCode::Noise: return fourAtATime(to, a, fmt::format("noise(seed, step, {}u, {}", one.key, parameter));
    }
    return fmt::format("        for (int k = 0; k < V; ++k)\n            r{}[k] = {};\n", to, value);
}

bool uses(const ElementwiseChainAttributes &chain, std::span<const DType> inputs, DType type)
{
    return std::find(inputs.begin(), inputs.end(), type) != inputs.end()
           || std::find(chain.types.begin(), chain.types.end(), type) != chain.types.end();
}

// What the chain needs of the functions above, and no more: less to compile.
std::string functionsFor(const ElementwiseChainAttributes &chain, std::span<const DType> inputs)
{
    std::string text = kPrologue;
    if (uses(chain, inputs, DType::BF16))
        text += kBfloat16 + replaced(kLowAccess, "NAME", "BF16");
    if (uses(chain, inputs, DType::F16))
        text += kFloat16 + replaced(kLowAccess, "NAME", "F16");
    const auto any = [&](auto predicate) { return std::any_of(chain.instructions.begin(), chain.instructions.end(), predicate); };
    const auto hasCode = [&](ElementwiseCode code) { return any([=](const ElementwiseInstruction &one) { return one.code == code; }); };
    const auto hasKind = [&](std::initializer_list<ActivationKind> kinds) {
        return any([=](const ElementwiseInstruction &one) { return std::find(kinds.begin(), kinds.end(), one.activation) != kinds.end(); });
    };
    const bool shares = hasKind({ActivationKind::GeluTanh, ActivationKind::Mish, ActivationKind::HardSwish, ActivationKind::HardSigmoid});
    if (shares || hasKind({ActivationKind::Silu, ActivationKind::Sigmoid}))
        text += kSigmoid;
    if (shares)
        text += kShares;
    if (hasKind({ActivationKind::Softplus}))
        text += kSoftplus;
    const auto withStream = [](const char *function, RandomStream stream) {
        return replaced(function, "STREAM", std::to_string(static_cast<std::uint32_t>(stream)));
    };
    if (hasCode(ElementwiseCode::Dropout) || hasCode(ElementwiseCode::Noise))
        text += kPhilox;
    if (hasCode(ElementwiseCode::Dropout))
        text += withStream(kDropout, RandomStream::Dropout);
    if (hasCode(ElementwiseCode::Noise))
        text += withStream(kNoise, RandomStream::Noise);
    return text;
}

}  // namespace

int chainElementsPerThread(const ElementwiseChainAttributes &chain, std::span<const DType> inputs)
{
    return uses(chain, inputs, DType::BF16) || uses(chain, inputs, DType::F16) ? 8 : 4;
}

std::string chainSource(const ElementwiseChainAttributes &chain, std::span<const DType> inputs)
{
    std::string text = fmt::format("// An elementwise chain, generated by Trainyard.\nenum {{ V = {} }};\n", chainElementsPerThread(chain, inputs));
    text += functionsFor(chain, inputs);
    text += fmt::format("\nextern \"C\" __global__ void __launch_bounds__({}) {}(", kChainThreads, kChainKernelName);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        text += fmt::format("const void *in{}, ", i);
    for (std::size_t i = 0; i < chain.results.size(); ++i)
        text += fmt::format("void *out{}, ", i);
    text += "long long count, const StepScalars *scalars)\n{\n"
            "    const unsigned long long seed = scalars->seed;\n"
            "    const unsigned int step = static_cast<unsigned int>(scalars->step);\n"
            "    (void)seed; (void)step;\n"
            "    const long long stride = static_cast<long long>(gridDim.x) * blockDim.x * V;\n"
            "    for (long long at = (static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x) * V; at < count; at += stride) {\n"
            "        const int here = count - at < V ? static_cast<int>(count - at) : V;\n";
    for (std::size_t i = 0; i < inputs.size() + chain.instructions.size(); ++i)
        text += fmt::format("        float r{}[V];\n", i);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        text += fmt::format("        load{0}(in{1}, at, here, r{1});\n", dtypeName(inputs[i]), i);
    for (std::size_t i = 0; i < chain.instructions.size(); ++i)
        text += statement(chain.instructions[i], inputs.size() + i);
    for (std::size_t i = 0; i < chain.results.size(); ++i)
        text += fmt::format("        store{}(out{}, at, here, r{});\n", dtypeName(chain.types[i]), i, chain.results[i]);
    return text + "    }\n}\n";
}

}  // namespace trainyard::cuda
