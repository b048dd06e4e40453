#include "engine/backends/cuda/elementwise.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct Difference {
    std::int64_t valid;  // elements
    float factor;
    __device__ float operator()(std::int64_t i, float prediction, float target) const
    {
        return i < valid ? factor * (prediction - target) : 0.0f;
    }
};

struct DifferenceOfValidRows {
    std::int64_t perRow;
    float scale;
    const StepScalars *scalars;
    __device__ Difference begin() const
    {
        const std::int64_t valid = scalars->validRows * perRow;
        return {valid, valid > 0 ? 2.0f * scale / static_cast<float>(valid) : 0.0f};
    }
};

}  // namespace

StepResult makeMeanSquaredErrorGrad(StepRequest &request)
{
    const ValueId prediction = request.op.inputs[0], target = request.op.inputs[1], dx = request.op.outputs[0];
    TRAINYARD_TRY(const DType from, commonFloatType(request, {prediction}));
    TRAINYARD_TRY(const DType to, commonFloatType(request, {dx}));
    const std::int64_t count = request.outputShape().elements(), perRow = count / request.outputShape()[0];
    const float scale = request.attributes<LossAttributes>().scale;
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(from, [&](auto fromZero) {
            return withFloatType(to, [&](auto toZero) {
                using In = decltype(fromZero);
                using Out = decltype(toZero);
                return launchElementwise(stream, DifferenceOfValidRows{perRow, scale, memory.scalars}, count, memory.at<Out>(dx),
                                         memory.at<const In>(prediction), memory.at<const float>(target));
            });
        });
    });
}

}  // namespace trainyard::cuda
