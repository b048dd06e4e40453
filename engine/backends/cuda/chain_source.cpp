#include "engine/backends/cuda/chain_source.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "engine/base/philox.h"
#include "engine/tensor/low_precision.h"

namespace trainyard::cuda {

namespace {

// The struct of the generated text has to lie in memory as the engine's does.
static_assert(offsetof(StepScalars, seed) == 0 && offsetof(StepScalars, step) == 8);

constexpr const char *kPrologue = R"(struct StepScalars { unsigned long long seed, step; float learningRate; int validRows; };

__device__ inline void loadF32(const void *data, long long at, int count, float (&to)[V])
{
    if (count == V) {
        for (int k = 0; k < V / 4; ++k) {
            const float4 four = static_cast<const float4 *>(data)[at / 4 + k];
            to[4 * k] = four.x; to[4 * k + 1] = four.y; to[4 * k + 2] = four.z; to[4 * k + 3] = four.w;
        }
    } else {
        for (int k = 0; k < V; ++k)
            to[k] = k < count ? static_cast<const float *>(data)[at + k] : 0.0f;
    }
}

__device__ inline void storeF32(void *data, long long at, int count, const float (&from)[V])
{
    if (count == V) {
        for (int k = 0; k < V / 4; ++k) {
            float4 four;
            four.x = from[4 * k]; four.y = from[4 * k + 1]; four.z = from[4 * k + 2]; four.w = from[4 * k + 3];
            static_cast<float4 *>(data)[at / 4 + k] = four;
        }
    } else {
        for (int k = 0; k < V; ++k)  // all of them, so that from can stay in registers
            if (k < count)
                static_cast<float *>(data)[at + k] = from[k];
    }
}
)";

// NAME stands for BF16 or F16; eight elements are one access.
constexpr const char *kLowAccess = R"(
__device__ inline void loadNAME(const void *data, long long at, int count, float (&to)[V])
{
    if (count == V) {
        const uint4 words = static_cast<const uint4 *>(data)[at / 8];
        const unsigned int pairs[4] = {words.x, words.y, words.z, words.w};
        for (int k = 0; k < 4; ++k) {
            to[2 * k] = fromNAME(static_cast<unsigned short>(pairs[k] & 0xFFFFu));
            to[2 * k + 1] = fromNAME(static_cast<unsigned short>(pairs[k] >> 16));
        }
    } else {
        for (int k = 0; k < V; ++k)
            to[k] = k < count ? fromNAME(static_cast<const unsigned short *>(data)[at + k]) : 0.0f;
    }
}

__device__ inline void storeNAME(void *data, long long at, int count, const float (&from)[V])
{
    if (count == V) {
        unsigned int pairs[4];
        for (int k = 0; k < 4; ++k)
            pairs[k] = static_cast<unsigned int>(toNAME(from[2 * k])) | static_cast<unsigned int>(toNAME(from[2 * k + 1])) << 16;
        uint4 words;
        words.x = pairs[0]; words.y = pairs[1]; words.z = pairs[2]; words.w = pairs[3];
        static_cast<uint4 *>(data)[at / 8] = words;
    } else {
        for (int k = 0; k < V; ++k)
            if (k < count)
                static_cast<unsigned short *>(data)[at + k] = toNAME(from[k]);
    }
}
)";

constexpr const char *kBfloat16 = R"(
__device__ inline float fromBF16(unsigned short bits)
{
    return __uint_as_float(static_cast<unsigned int>(bits) << 16);
}

__device__ inline unsigned short toBF16(float x)
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    unsigned short bits;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(x));
    return bits;
#else
    const unsigned int bits = __float_as_uint(x);
    return (bits & 0x7FFFFFFFu) > 0x7F800000u ? 0x7FFF : static_cast<unsigned short>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
#endif
}
)";

constexpr const char *kFloat16 = R"(
#ifdef __CUDA_ARCH__
__device__ inline float fromF16(unsigned short bits)
{
    float x;
    asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits));
    return x;
}

__device__ inline unsigned short toF16(float x)
{
    unsigned short bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
    return bits;
}
#endif
)";

constexpr const char *kSigmoid = R"(
__device__ inline float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}
)";

// As engine/base/philox.h and the dropout op have it: four elements share one draw.
constexpr const char *kDropout = R"(
__device__ inline void dropout(unsigned long long seed, unsigned int step, unsigned int key, float rate, float scale, long long at, float *values)
{
    unsigned int c[4] = {static_cast<unsigned int>(at / 4), step, key, DROPOUT_STREAMu};
    unsigned int k0 = static_cast<unsigned int>(seed), k1 = static_cast<unsigned int>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
        const unsigned long long p0 = 0xD2511F53ull * c[0], p1 = 0xCD9E8D57ull * c[2];
        c[0] = static_cast<unsigned int>(p1 >> 32) ^ c[1] ^ k0;
        c[2] = static_cast<unsigned int>(p0 >> 32) ^ c[3] ^ k1;
        c[1] = static_cast<unsigned int>(p1);
        c[3] = static_cast<unsigned int>(p0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    for (int k = 0; k < 4; ++k)
        values[k] = static_cast<float>(c[k] >> 8) * (1.0f / 16777216.0f) >= rate ? values[k] * scale : 0.0f;
}
)";

std::string replaced(std::string text, const std::string &word, const std::string &by)
{
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
        text.replace(at, word.size(), by);
    return text;
}

// To the last bit.
std::string literal(float value)
{
    return fmt::format("{:a}f", value);
}

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
    }
    return x;
}

// s: what was saved, dy: the gradient of the activation's output.
std::string activationGradOf(ActivationKind kind, const std::string &s, const std::string &dy, const std::string &slope)
{
    switch (kind) {
    case ActivationKind::Identity: return dy;
    case ActivationKind::Relu: return fmt::format("{} > 0.0f ? {} : 0.0f", s, dy);
    case ActivationKind::LeakyRelu: return fmt::format("{0} > 0.0f ? {1} : {2} * {1}", s, dy, slope);
    case ActivationKind::Gelu:
        return fmt::format("{1} * (0.5f * (1.0f + erff({0} * 0.70710678f)) + {0} * 0.39894228f * expf(-0.5f * {0} * {0}))", s, dy);
    case ActivationKind::Silu: return fmt::format("{1} * (sigmoid({0}) + {0} * sigmoid({0}) * (1.0f - sigmoid({0})))", s, dy);
    case ActivationKind::Tanh: return fmt::format("{1} * (1.0f - {0} * {0})", s, dy);
    case ActivationKind::Sigmoid: return fmt::format("{1} * ({0} * (1.0f - {0}))", s, dy);
    }
    return dy;
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
    case ElementwiseCode::ActivateGrad: value = activationGradOf(one.activation, a, b, parameter); break;
    case ElementwiseCode::Dropout: {
        const float scale = one.parameter < 1.0f ? 1.0f / (1.0f - one.parameter) : 0.0f;
        return fmt::format("        for (int k = 0; k < V; ++k)\n            r{0}[k] = {1};\n        for (int k = 0; k < V; k += 4)\n"
                           "            dropout(seed, step, {2}u, {3}, {4}, at + k, r{0} + k);\n",
                           to, a, one.key, parameter, literal(scale));
    }
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
    if (any([](const ElementwiseInstruction &one) { return one.activation == ActivationKind::Silu || one.activation == ActivationKind::Sigmoid; }))
        text += kSigmoid;
    if (any([](const ElementwiseInstruction &one) { return one.code == ElementwiseCode::Dropout; }))
        text += replaced(kDropout, "DROPOUT_STREAM", std::to_string(static_cast<std::uint32_t>(RandomStream::Dropout)));
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
