// What the gradients of softmax and log_softmax have in common: a sum over the row, then a slope from each entry and that sum.
#pragma once

#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

// Rule::term(y, dy) is what an entry adds to the sum, Rule::slope(y, dy, sum) its dx. dx may be dy.
template <typename Rule, int kLanes, int kPack, typename T>
__global__ void softmaxGradRows(const T *y, const T *dy, T *dx, std::int64_t rows, int columns)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const int width = row < rows ? columns : 0;
        const T *result = y + row * columns, *gradient = dy + row * columns;
        T *out = dx + row * columns;
        float sum = 0;
        Team::template forColumns<kPack>(width, [&](int c) {
            float r[kPack], g[kPack];
            loadFloats(result + c, r);
            loadFloats(gradient + c, g);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                sum += Rule::term(r[k], g[k]);
        });
        sum = Team::reduce(sum, Plus{});
        Team::template forColumns<kPack>(width, [&](int c) {
            float r[kPack], g[kPack];
            loadFloats(result + c, r);
            loadFloats(gradient + c, g);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                g[k] = Rule::slope(r[k], g[k], sum);
            storeFloats(out + c, g);
        });
    }
}

template <typename Rule>
StepResult makeSoftmaxGradStep(StepRequest &request)
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
                    return launch(stream, softmaxGradRows<Rule, lanes(), pack(), T>, grid.blocks, grid.threads, memory.at<const T>(y),
                                  memory.at<const T>(dy), memory.at<T>(dx), rows, columns);
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
