#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

template <int kLanes, int kPack, typename T>
__global__ void logSoftmaxGradRows(const T *y, const T *dy, T *dx, std::int64_t rows, int columns)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const int width = row < rows ? columns : 0;
        const T *logarithm = y + row * columns, *gradient = dy + row * columns;
        T *out = dx + row * columns;
        float sum = 0;
        Team::template forColumns<kPack>(width, [&](int c) {
            float g[kPack];
            loadFloats(gradient + c, g);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                sum += g[k];
        });
        sum = Team::reduce(sum, Plus{});
        Team::template forColumns<kPack>(width, [&](int c) {
            float l[kPack], g[kPack];
            loadFloats(logarithm + c, l);
            loadFloats(gradient + c, g);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                g[k] -= expf(l[k]) * sum;
            storeFloats(out + c, g);
        });
    }
}

}  // namespace

StepResult makeLogSoftmaxGrad(StepRequest &request)
{
    const ValueId y = request.op.inputs[0], dy = request.op.inputs[1], dx = request.op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {y, dy, dx}));
    const std::int64_t columns = request.outputShape().back(), rows = request.outputShape().elements() / columns;
    const RowGrid grid = rowGrid(rows, columns, false);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const bool aligned = packsAligned(memory.at<T>(y), memory.at<T>(dy), memory.at<T>(dx));
            return withLanes(grid.lanes, [&](auto lanes) {
                return withRowPack<T>(columns, aligned, [&](auto pack) {
                    return launch(stream, logSoftmaxGradRows<lanes(), pack(), T>, grid.blocks, grid.threads, memory.at<const T>(y),
                                  memory.at<const T>(dy), memory.at<T>(dx), rows, columns);
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
