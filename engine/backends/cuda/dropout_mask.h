// Which elements dropout keeps: the numbers of engine/ops/dropout.cpp, four at a time.
#pragma once

#include "engine/backends/cuda/device_code.h"
#include "engine/base/philox.h"
#include "engine/ops/op_spec.h"

namespace trainyard::cuda {

struct DropoutDraw {
    std::uint64_t seed;
    std::uint32_t step, key;
    float rate, scale;  // scale: on what is kept

    __host__ __device__ DropoutDraw(const StepScalars &scalars, std::uint32_t theKey, float theRate)
        : seed(scalars.seed), step(static_cast<std::uint32_t>(scalars.step)), key(theKey), rate(theRate),
          scale(theRate < 1.0f ? 1.0f / (1.0f - theRate) : 0.0f)
    {
    }

    // Whether element `at` is kept.
    __host__ __device__ bool keeps(std::int64_t at) const
    {
        std::uint32_t words[4] = {static_cast<std::uint32_t>(at / 4), step, key, static_cast<std::uint32_t>(RandomStream::Dropout)};
        philoxRounds(seed, words);
        return philoxUniform(words[at % 4]) >= rate;
    }

    // For elements `at` to at + 3; at is a multiple of 4.
    __host__ __device__ void apply(std::int64_t at, float *values) const
    {
        std::uint32_t words[4] = {static_cast<std::uint32_t>(at / 4), step, key, static_cast<std::uint32_t>(RandomStream::Dropout)};
        philoxRounds(seed, words);
        for (int k = 0; k < 4; ++k)
            values[k] = philoxUniform(words[k]) >= rate ? values[k] * scale : 0.0f;
    }
};

}  // namespace trainyard::cuda
