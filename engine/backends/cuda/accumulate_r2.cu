#include "engine/backends/cuda/block_reduce.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

struct ColumnSums {
    double target = 0, squares = 0, residual = 0;
};

// A block has up to 32 columns side by side, and as many rows at a time as it then has threads for.
template <typename T>
__global__ void addColumnSums(const T *predictions, const float *targets, double *sums, std::int64_t perSample, int columns, int width, const StepScalars *scalars)
{
    __shared__ double shared[3][kBlockThreads];
    const int thread = static_cast<int>(threadIdx.x), lanes = kBlockThreads / width;
    const int column = static_cast<int>(blockIdx.x) * width + thread % width;
    const std::int64_t valid = scalars->validRows * perSample;
    ColumnSums mine;
    if (column < columns)
        for (std::int64_t row = thread / width; row < valid; row += lanes) {
            const double t = targets[row * columns + column];
            const double residual = static_cast<double>(toFloat(predictions[row * columns + column])) - t;
            mine.target += t;
            mine.squares += t * t;
            mine.residual += residual * residual;
        }
    shared[0][thread] = mine.target;
    shared[1][thread] = mine.squares;
    shared[2][thread] = mine.residual;
    for (int half = kBlockThreads / 2; half >= width; half /= 2) {
        __syncthreads();
        if (thread < half)
            for (int k = 0; k < 3; ++k)
                shared[k][thread] += shared[k][thread + half];
    }
    if (thread >= width || column >= columns)
        return;
    sums[column] += static_cast<double>(valid);
    for (int k = 0; k < 3; ++k)
        sums[(k + 1) * static_cast<std::int64_t>(columns) + column] += shared[k][thread];
}

}  // namespace

StepResult makeAccumulateR2(StepRequest &request)
{
    const ValueId predictions = request.op.inputs[0], targets = request.op.inputs[1], sums = request.op.inputs[2];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {predictions}));
    const Shape &shape = request.inputShape(0);
    const std::int64_t columns = shape.back(), perSample = shape.elements() / columns / shape[0];
    int width = 1;
    while (width < columns && width < kWarpLanes)
        width *= 2;
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            return launch(stream, addColumnSums<T>, static_cast<unsigned>((columns + width - 1) / width), kBlockThreads,
                          memory.at<const T>(predictions), memory.at<const float>(targets), memory.at<double>(sums), perSample, columns, width,
                          memory.scalars);
        });
    });
}

}  // namespace trainyard::cuda
