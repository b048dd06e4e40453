#include "engine/backends/cuda/summed_up.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct Error {
    const float *scale;     // null: 1
    std::int64_t columns;   // the scale repeats after so many; 1: one for all
    bool squared;           // else absolute
    __device__ double operator()(std::int64_t i, float prediction, float target) const
    {
        const double difference = static_cast<double>(prediction) - static_cast<double>(target);
        const double error = scale ? difference / static_cast<double>(scale[i % columns]) : difference;
        return squared ? error * error : fabs(error);
    }
};

}  // namespace

StepResult makeAccumulateError(StepRequest &request)
{
    const ValueId prediction = request.op.inputs[0], target = request.op.inputs[1], sums = request.op.inputs[3];
    const ValueId scale = request.hasInput(2) ? request.op.inputs[2] : kNoValue;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {prediction}));
    const Shape &shape = request.inputShape(0);
    const std::int64_t perRow = shape.elements() / shape[0];
    const std::int64_t columns = request.hasInput(2) && request.inputShape(2).elements() > 1 ? perRow : 1;
    const bool squared = request.attributes<ErrorAttributes>().squared;
    const SumGrid grid = sumGrid(shape.elements());
    request.scratchBytes = partialBytes(grid.blocks);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launchSumElements(stream, grid, Error{memory.at<float>(scale), columns, squared}, AddToMetric{memory.at<double>(sums), perRow},
                                     perRow, reinterpret_cast<double *>(memory.scratch), memory.scalars, memory.at<const T>(prediction),
                                     memory.at<const float>(target));
        });
    });
}

}  // namespace trainyard::cuda
