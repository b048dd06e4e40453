#include "engine/backends/cuda/summed_up.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct SquaredError {
    __device__ double operator()(std::int64_t, float prediction, float target) const
    {
        const double difference = static_cast<double>(prediction) - static_cast<double>(target);
        return difference * difference;
    }
};

}  // namespace

StepResult makeMeanSquaredError(StepRequest &request)
{
    const ValueId prediction = request.op.inputs[0], target = request.op.inputs[1], loss = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {prediction}));
    const Shape &shape = request.inputShape(0);
    const std::int64_t perRow = shape.elements() / shape[0];
    const float scale = request.attributes<LossAttributes>().scale;
    const SumGrid grid = sumGrid(shape.elements());
    request.scratchBytes = partialBytes(grid.blocks);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launchSumElements(stream, grid, SquaredError{}, MeanLoss{memory.at<float>(loss), scale, perRow}, perRow,
                                     reinterpret_cast<double *>(memory.scratch), memory.scalars, memory.at<const T>(prediction),
                                     memory.at<const float>(target));
        });
    });
}

}  // namespace trainyard::cuda
