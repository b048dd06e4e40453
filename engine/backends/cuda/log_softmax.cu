#include "engine/backends/cuda/softmax_rows.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

template <int kLanes, int kPack, typename T>
__global__ void logSoftmaxRows(const T *x, T *y, std::int64_t rows, int columns)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const int width = row < rows ? columns : 0;
        const T *in = x + row * columns;
        T *out = y + row * columns;
        const LargestAndSum found = largestAndSum<kLanes, kPack>(in, width);
        const float logSum = logf(found.sum);
        Team::template forColumns<kPack>(width, [&](int c) {
            float values[kPack];
            loadFloats(in + c, values);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                values[k] = (values[k] - found.largest) - logSum;
            storeFloats(out + c, values);
        });
    }
}

}  // namespace

StepResult makeLogSoftmax(StepRequest &request)
{
    const ValueId x = request.op.inputs[0], y = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const std::int64_t columns = request.outputShape().back(), rows = request.outputShape().elements() / columns;
    const RowGrid grid = rowGrid(rows, columns, false);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const bool aligned = packsAligned(memory.at<T>(x), memory.at<T>(y));
            return withLanes(grid.lanes, [&](auto lanes) {
                return withRowPack<T>(columns, aligned, [&](auto pack) {
                    return launch(stream, logSoftmaxRows<lanes(), pack(), T>, grid.blocks, grid.threads, memory.at<const T>(x), memory.at<T>(y),
                                  rows, columns);
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
