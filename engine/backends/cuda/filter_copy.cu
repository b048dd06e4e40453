#include "engine/backends/cuda/filter_copy.h"

#include "engine/backends/cuda/float_types.h"
#include "engine/backends/cuda/launch.h"

namespace trainyard::cuda {

namespace {

// Where an element lies: filter * filterStep + tap * tapStep + channel * channelStep.
struct FilterSteps {
    std::int64_t filter, tap, channel;
};

FilterSteps stepsOf(const FilterForm &form, std::int64_t filters, std::int64_t taps)
{
    if (form.layout == ValueLayout::Canonical)
        return {1, form.channels * filters, filters};
    return {taps * form.channels, form.channels, 1};
}

template <typename From, typename To>
__global__ void copyFilterKernel(std::int64_t count, std::int64_t taps, std::int64_t fromChannels, std::int64_t toChannels,
                                 const From *from, FilterSteps fromSteps, To *to, FilterSteps toSteps)
{
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t row = i / toChannels, channel = i - row * toChannels;
        const std::int64_t filter = row / taps, tap = row - filter * taps;
        const float value =
            channel < fromChannels
                ? toFloat(from[filter * fromSteps.filter + tap * fromSteps.tap + channel * fromSteps.channel])
                : 0.0f;
        to[filter * toSteps.filter + tap * toSteps.tap + channel * toSteps.channel] = fromFloat<To>(value);
    }
}

}  // namespace

Status copyFilter(cudaStream_t stream, std::int64_t filters, std::int64_t taps, const void *from, const FilterForm &fromForm, void *to,
                  const FilterForm &toForm)
{
    const std::int64_t count = filters * taps * toForm.channels;
    return withFloatType(fromForm.dtype, [&](auto fromZero) {
        return withFloatType(toForm.dtype, [&](auto toZero) {
            using From = decltype(fromZero);
            using To = decltype(toZero);
            return launch(stream, copyFilterKernel<From, To>, blocksFor(count), kBlockThreads, count, taps, fromForm.channels,
                          toForm.channels, static_cast<const From *>(from), stepsOf(fromForm, filters, taps), static_cast<To *>(to),
                          stepsOf(toForm, filters, taps));
        });
    });
}

}  // namespace trainyard::cuda
