#include "engine/backends/cuda/cross_entropy_rows.h"

namespace trainyard::cuda {

namespace {

template <int kLanes, int kPack, typename Out>
__global__ void crossEntropyGradient(CrossEntropyRows r, float scale, const float *probabilities, Out *dx)
{
    using Team = RowTeam<kLanes>;
    const std::int64_t valid = r.scalars->validRows * r.perRow;
    const float factor = r.factor(scale);
    for (std::int64_t round = Team::firstRow(); round < r.rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const bool counts = row < valid && row < r.rows && !r.targets.ignored(row);
        const int target = counts && r.targets.classes ? r.targets.classes[row] : -1;
        const float total = targetTotal<kLanes, kPack>(r.targets, row, counts ? r.columns : 0, target);
        Team::template forColumns<kPack>(row < r.rows ? r.columns : 0, [&](int c) {
            float values[kPack] = {};
            if (counts) {
                float share[kPack];
                loadFloats(probabilities + row * r.columns + c, values);
                targetShares(r.targets, row, r.columns, target, c, share);
                TRAINYARD_UNROLL
                for (int k = 0; k < kPack; ++k)
                    values[k] = factor * (total * values[k] - share[k]);
            }
            storeFloats(dx + row * r.columns + c, values);
        });
    }
}

}  // namespace

StepResult makeSoftmaxCrossEntropyGrad(StepRequest &request)
{
    const ValueId probabilities = request.op.inputs[0], dx = request.op.outputs[0];
    if (request.inputType(0).dtype != DType::F32)
        return fail(ErrorCode::Unsupported, "The GPU wants probabilities in float32, got {}.", dtypeName(request.inputType(0).dtype));
    TRAINYARD_TRY(const DType to, commonFloatType(request, {dx}));
    const Shape &shape = request.outputShape();
    const std::int64_t columns = shape.back(), rows = shape.elements() / columns, perRow = rows / shape[0];
    const CrossEntropyInputs inputs(request, 2);
    const float scale = inputs.attributes.scale;
    const RowGrid grid = rowGrid(rows, columns, false);
    const DivisorPlan plan(inputs, rows);
    request.scratchBytes = plan.bytes();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) -> Status {
        const CrossEntropyTargets targets = inputs.at(memory);
        TRAINYARD_TRY(const double *divisor, plan.enqueue(targets, perRow, reinterpret_cast<double *>(memory.scratch), memory.scalars, stream));
        const CrossEntropyRows r{rows, perRow, static_cast<int>(columns), targets, memory.scalars, nullptr, nullptr, divisor};
        return withFloatType(to, [&](auto zero) {
            using Out = decltype(zero);
            const bool aligned = packsAligned(memory.at<float>(probabilities), memory.at<Out>(dx), r.targets.numbers, r.targets.weights);
            return withLanes(grid.lanes, [&](auto lanes) {
                return withRowPack<Out>(columns, aligned, [&](auto pack) {
                    return launch(stream, crossEntropyGradient<lanes(), pack(), Out>, grid.blocks, grid.threads, r, scale,
                                  memory.at<const float>(probabilities), memory.at<Out>(dx));
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
