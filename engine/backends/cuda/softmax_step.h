// What softmax and log_softmax have in common: a team finds a row's largest entry and sum of exponentials, then makes each
// result of its entry and those.
#pragma once

#include "engine/backends/cuda/softmax_rows.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

// Finish is made of LargestAndSum on the device; finish(x) is the result. y may be x.
template <typename Finish, int kLanes, int kPack, typename T>
__global__ void softmaxRows(const T *x, T *y, std::int64_t rows, int columns)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const int width = row < rows ? columns : 0;
        const T *in = x + row * columns;
        T *out = y + row * columns;
        const Finish finish(largestAndSum<kLanes, kPack>(in, width));
        Team::template forColumns<kPack>(width, [&](int c) {
            float values[kPack];
            loadFloats(in + c, values);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                values[k] = finish(values[k]);
            storeFloats(out + c, values);
        });
    }
}

template <typename Finish>
StepResult makeSoftmaxStep(StepRequest &request)
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
                    return launch(stream, softmaxRows<Finish, lanes(), pack(), T>, grid.blocks, grid.threads, memory.at<const T>(x),
                                  memory.at<T>(y), rows, columns);
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
