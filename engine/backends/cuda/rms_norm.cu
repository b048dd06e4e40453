#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// The row is read twice, from memory once: it stays in the first-level cache. y may be x.
template <int kLanes, int kPack, typename T>
__global__ void rmsNorm(std::int64_t rows, int columns, float epsilon, const T *x, const float *gamma, T *y, float *inverses)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const int width = row < rows ? columns : 0;
        const T *in = x + row * columns;
        float squares = 0;
        Team::template forColumns<kPack>(width, [&](int c) {
            float values[kPack];
            loadFloats(in + c, values);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                squares += values[k] * values[k];
        });
        const float inverse = 1.0f / sqrtf(Team::reduce(squares, Plus{}) / static_cast<float>(columns) + epsilon);
        Team::template forColumns<kPack>(width, [&](int c) {
            float values[kPack], scale[kPack];
            loadFloats(in + c, values);
            loadFloats(gamma + c, scale);
            TRAINYARD_UNROLL
            for (int k = 0; k < kPack; ++k)
                values[k] = scale[k] * (values[k] * inverse);
            storeFloats(y + row * columns + c, values);
        });
        if (width > 0 && Team::lane() == 0 && inverses)
            inverses[row] = inverse;
    }
}

}  // namespace

StepResult makeRmsNorm(StepRequest &request)
{
    const Op op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.outputs[0]}));
    const ValueId inverse = request.hasOutput(1) ? op.outputs[1] : kNoValue;
    const float epsilon = request.attributes<LayerNormAttributes>().epsilon;
    const std::int64_t columns = request.outputShape().back(), rows = request.outputShape().elements() / columns;
    const RowGrid grid = rowGrid(rows, columns, false);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const T *x = memory.at<T>(op.inputs[0]);
            const float *gamma = memory.at<float>(op.inputs[1]);
            T *y = memory.at<T>(op.outputs[0]);
            return withLanes(grid.lanes, [&](auto lanes) {
                return withRowPack<T>(columns, packsAligned(x, y, gamma), [&](auto pack) {
                    return launch(stream, rmsNorm<lanes(), pack(), T>, grid.blocks, grid.threads, rows, columns, epsilon, x, gamma, y,
                                  memory.at<float>(inverse));
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
