// Sixteen bytes at a time: a pack is what one thread loads or stores with one instruction.
#pragma once

#include <cstdint>

#include "engine/backends/cuda/device_code.h"

// Before a loop of a fixed small count over an array that shall live in registers.
#ifdef __CUDACC__
#define TRAINYARD_UNROLL _Pragma("unroll")
#define TRAINYARD_UNROLL_BY_4 _Pragma("unroll 4")  // a loop of any length: four loads are under way at once
#else
#define TRAINYARD_UNROLL
#define TRAINYARD_UNROLL_BY_4
#endif

namespace trainyard::cuda {

inline constexpr int kPackBytes = 16;

// kCount is a power of two. Up to 16 bytes it is one access, above that several of 16.
template <typename T, int kCount>
struct alignas(sizeof(T) * kCount < kPackBytes ? sizeof(T) * kCount : kPackBytes) Pack {
    T values[kCount];
};

// Elements per thread so that the narrowest of the types fills 16 bytes: 4 floats, 8 halves.
template <typename... T>
__host__ __device__ constexpr int packElements()
{
    std::size_t narrowest = kPackBytes;
    ((narrowest = sizeof(T) < narrowest ? sizeof(T) : narrowest), ...);
    return static_cast<int>(kPackBytes / narrowest);
}

template <int kCount, typename T>
__host__ __device__ inline Pack<T, kCount> loadPack(const T *from)
{
    return *reinterpret_cast<const Pack<T, kCount> *>(from);
}

// to: in global memory.
template <int kCount, typename T>
__host__ __device__ inline void storePack(T *to, const Pack<T, kCount> &pack)
{
#ifdef __CUDA_ARCH__
    // The compiler likes to store the elements one by one again, so the wide store is named.
    if constexpr (sizeof(pack) % sizeof(uint4) == 0) {
        uint4 words[sizeof(pack) / sizeof(uint4)];
        memcpy(words, &pack, sizeof(pack));
        TRAINYARD_UNROLL
        for (int i = 0; i < static_cast<int>(sizeof(pack) / sizeof(uint4)); ++i)
            __stwb(reinterpret_cast<uint4 *>(to) + i, words[i]);
        return;
    } else if constexpr (sizeof(pack) == sizeof(uint2)) {
        uint2 words;
        memcpy(&words, &pack, sizeof(pack));
        __stwb(reinterpret_cast<uint2 *>(to), words);
        return;
    }
#endif
    *reinterpret_cast<Pack<T, kCount> *>(to) = pack;
}

// kCount elements as floats, and back.
template <int kCount, typename T>
__host__ __device__ inline void loadFloats(const T *from, float (&values)[kCount])
{
    const Pack<T, kCount> pack = loadPack<kCount>(from);
    TRAINYARD_UNROLL
    for (int k = 0; k < kCount; ++k)
        values[k] = toFloat(pack.values[k]);
}

template <int kCount, typename T>
__host__ __device__ inline void storeFloats(T *to, const float (&values)[kCount])
{
    Pack<T, kCount> pack;
    TRAINYARD_UNROLL
    for (int k = 0; k < kCount; ++k)
        pack.values[k] = fromFloat<T>(values[k]);
    storePack(to, pack);
}

// Whether packs may be read from all of these. Everything in the arena may; the check costs the host nothing.
template <typename... T>
bool packsAligned(const T *...pointers)
{
    return ((reinterpret_cast<std::uintptr_t>(pointers) % kPackBytes == 0) && ...);
}

}  // namespace trainyard::cuda
