#include "engine/backends/cuda/tensor_update.h"

namespace trainyard::cuda {

namespace {

// Values: gradient, sum.
struct AddRule {
    static constexpr int kArrays = 2, kWritten = 0b10;

    __device__ AddRule begin() const { return *this; }
    __device__ void operator()(float (&values)[kArrays]) const { values[1] += values[0]; }
};

struct FinishRule {
    static constexpr int kArrays = 2, kWritten = 0b11;
    float share;

    __device__ FinishRule begin() const { return *this; }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        values[0] = (values[1] + values[0]) * share;
        values[1] = 0.0f;
    }
};

}  // namespace

StepResult makeAccumulateGradients(StepRequest &request)
{
    const auto a = request.attributes<AccumulateAttributes>();
    if (!a.last)
        return makeUpdateStep(request, [](const StepMemory &) { return AddRule{}; });
    return makeUpdateStep(request, [share = 1.0f / static_cast<float>(a.count)](const StepMemory &) { return FinishRule{share}; });
}

}  // namespace trainyard::cuda
