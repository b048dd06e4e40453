// The functions that generated kernels are made of, as text: accesses of 16 bytes, conversions, activations, random numbers.
// Each is taken where a chain needs it (chain_source.cpp).
#pragma once

namespace trainyard::cuda {

inline constexpr const char *kPrologue = R"(struct StepScalars { unsigned long long seed, step; float learningRate; int validRows; };

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
inline constexpr const char *kLowAccess = R"(
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

inline constexpr const char *kBfloat16 = R"(
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

inline constexpr const char *kFloat16 = R"(
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

inline constexpr const char *kSigmoid = R"(
__device__ inline float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}
)";

// log(1 + exp(x))
inline constexpr const char *kSoftplus = R"(
__device__ inline float softplus(float x)
{
    return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x)));
}
)";

// What GELU by tanh, mish and the hard ones let through of x, and the slopes of what is left; see activation_math.h.
inline constexpr const char *kShares = R"(
__device__ inline float geluTanhShare(float x)
{
    return sigmoid(1.59576912f * (x + 0.044715f * x * x * x));
}

__device__ inline float geluTanhSlope(float x)
{
    const float s = geluTanhShare(x);
    return s + x * s * (1.0f - s) * 1.59576912f * (1.0f + 0.134145f * x * x);
}

__device__ inline float mishShare(float x)
{
    const float n = expf(fminf(x, 20.0f)), product = n * (n + 2.0f);
    return product / (product + 2.0f);
}

__device__ inline float mishSlope(float x)
{
    const float share = mishShare(x);
    return share + x * (1.0f - share * share) * sigmoid(x);
}

__device__ inline float hardShare(float x)
{
    return fminf(fmaxf(x + 3.0f, 0.0f), 6.0f) * (1.0f / 6.0f);
}
)";

// As engine/base/philox.h has it.
inline constexpr const char *kPhilox = R"(
__device__ inline void philox(unsigned long long seed, unsigned int step, unsigned int key, unsigned int stream, long long at, unsigned int (&c)[4])
{
    c[0] = static_cast<unsigned int>(at / 4); c[1] = step; c[2] = key; c[3] = stream;
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
}
)";

// As the dropout op has it: four elements share one draw.
inline constexpr const char *kDropout = R"(
__device__ inline void dropout(unsigned long long seed, unsigned int step, unsigned int key, float rate, float scale, long long at, float *values)
{
    unsigned int c[4];
    philox(seed, step, key, STREAMu, at, c);
    for (int k = 0; k < 4; ++k)
        values[k] = static_cast<float>(c[k] >> 8) * (1.0f / 16777216.0f) >= rate ? values[k] * scale : 0.0f;
}
)";

// As engine/base/normal.h has it, to the bit.
inline constexpr const char *kNoise = R"(
__device__ inline void normalPair(unsigned int first, unsigned int second, float &one, float &other)
{
    const unsigned int bits = __float_as_uint(static_cast<float>((first >> 8) + 1)), high = (bits & 0x7FFFFFu) > 0x3504F3u ? 1u : 0u;
    const float m = __uint_as_float((bits & 0x7FFFFFu) | ((127u - high) << 23));
    const int power = static_cast<int>((bits >> 23) + high) - 127 - 24;
    const float s = __fdiv_rn(__fadd_rn(m, -1.0f), __fadd_rn(m, 1.0f)), q = __fmul_rn(s, s);
    float series = 1.0f / 9.0f;
    series = __fadd_rn(__fmul_rn(series, q), 1.0f / 7.0f);
    series = __fadd_rn(__fmul_rn(series, q), 1.0f / 5.0f);
    series = __fadd_rn(__fmul_rn(series, q), 1.0f / 3.0f);
    series = __fadd_rn(__fmul_rn(series, q), 1.0f);
    const float minusLog = __fadd_rn(__fmul_rn(static_cast<float>(power), -0.693147181f), __fmul_rn(-2.0f, __fmul_rn(s, series)));
    const float radius = __fsqrt_rn(__fmul_rn(2.0f, minusLog));
    const unsigned int turn = second >> 8, quarter = (turn + (1u << 21)) >> 22;
    const float angle = __fmul_rn(static_cast<float>(static_cast<int>(turn) - static_cast<int>(quarter << 22)), 3.74507028e-7f);
    const float w = __fmul_rn(angle, angle);
    float sine = 1.0f / 362880.0f;
    sine = __fadd_rn(__fmul_rn(sine, w), -1.0f / 5040.0f);
    sine = __fadd_rn(__fmul_rn(sine, w), 1.0f / 120.0f);
    sine = __fadd_rn(__fmul_rn(sine, w), -1.0f / 6.0f);
    sine = __fadd_rn(__fmul_rn(sine, w), 1.0f);
    sine = __fmul_rn(sine, angle);
    float cosine = 1.0f / 40320.0f;
    cosine = __fadd_rn(__fmul_rn(cosine, w), -1.0f / 720.0f);
    cosine = __fadd_rn(__fmul_rn(cosine, w), 1.0f / 24.0f);
    cosine = __fadd_rn(__fmul_rn(cosine, w), -0.5f);
    cosine = __fadd_rn(__fmul_rn(cosine, w), 1.0f);
    const float x = (quarter & 1u) != 0 ? -sine : cosine, y = (quarter & 1u) != 0 ? cosine : sine;
    one = __fmul_rn(radius, (quarter & 2u) != 0 ? -x : x);
    other = __fmul_rn(radius, (quarter & 2u) != 0 ? -y : y);
}

__device__ inline void noise(unsigned long long seed, unsigned int step, unsigned int key, float deviation, long long at, float *values)
{
    unsigned int c[4];
    philox(seed, step, key, STREAMu, at, c);
    for (int k = 0; k < 4; k += 2) {
        float one, other;
        normalPair(c[k], c[k + 1], one, other);
        values[k] = __fadd_rn(values[k], __fmul_rn(deviation, one));
        values[k + 1] = __fadd_rn(values[k + 1], __fmul_rn(deviation, other));
    }
}
)";

}  // namespace trainyard::cuda
