#include "engine/backends/cuda/elementwise.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct Product {
    __device__ float operator()(std::int64_t, float a, float b) const { return a * b; }
};

}  // namespace

StepResult makeMultiply(StepRequest &request)
{
    const ValueId a = request.op.inputs[0], b = request.op.inputs[1], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {a, b, y}));
    const std::int64_t count = request.outputShape().elements();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launchElementwise(stream, Product{}, count, memory.at<T>(y), memory.at<const T>(a), memory.at<const T>(b));
        });
    });
}

}  // namespace trainyard::cuda
