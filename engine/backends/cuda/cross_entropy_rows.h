// Softmax cross-entropy over rows of logits: its loss together with the probabilities, or with its gradient at once.
#pragma once

#include "engine/backends/cuda/softmax_rows.h"
#include "engine/backends/cuda/summed_up.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

// One of both: a class for each row, or a weight for each entry.
struct CrossEntropyTargets {
    const std::int32_t *classes = nullptr;
    const float *weights = nullptr;
};

inline CrossEntropyTargets targetsAt(const StepMemory &memory, ValueId id, bool indices)
{
    return {indices ? memory.at<std::int32_t>(id) : nullptr, indices ? nullptr : memory.at<float>(id)};
}

// What the targets give to columns c to c + kPack - 1 of a row.
template <int kPack>
__device__ inline void targetShares(const CrossEntropyTargets &targets, std::int64_t row, int columns, int target, int c, float (&share)[kPack])
{
    if (targets.classes) {
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            share[k] = c + k == target ? 1.0f : 0.0f;
    } else {
        loadFloats(targets.weights + row * columns + c, share);
    }
}

// The sum of a row's weights, for every lane of the team; of classes it is 1. width 0: the team has no row.
template <int kLanes, int kPack>
__device__ inline float targetTotal(const CrossEntropyTargets &targets, std::int64_t row, int width)
{
    if (targets.classes)
        return 1.0f;
    float total = 0;
    RowTeam<kLanes>::template forColumns<kPack>(width, [&](int c) {
        float share[kPack];
        loadFloats(targets.weights + row * width + c, share);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            total += share[k];
    });
    return RowTeam<kLanes>::reduce(total, Plus{});
}

struct CrossEntropyRows {
    std::int64_t rows, perRow;  // positions, and how many of them a row of the batch has
    int columns;
    CrossEntropyTargets targets;
    const StepScalars *scalars;
    const float *lossScale;  // null: 1; on the gradient alone
    double *partials;
};

// out: the gradient, or the probabilities where wanted. It may be where x is.
template <bool kGradient, int kLanes, int kPack, typename In, typename Out>
__global__ void __launch_bounds__(kMostTeamThreads<kLanes>) crossEntropy(CrossEntropyRows r, MeanLoss finish, const In *x, Out *out)
{
    using Team = RowTeam<kLanes>;
    const std::int64_t valid = r.scalars->validRows * r.perRow;
    const float factor = valid > 0 ? finish.scale * (r.lossScale ? *r.lossScale : 1.0f) / static_cast<float>(valid) : 0.0f;
    double loss = 0;
    for (std::int64_t round = Team::firstRow(); round < r.rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const bool counts = row < valid && row < r.rows;
        const In *in = x + row * r.columns;
        const LargestAndSum found = largestAndSum<kLanes, kPack>(in, counts ? r.columns : 0);
        // Weights need not sum to one: d/dx of sum_c t_c (log sum exp x - x_c).
        const float total = kGradient ? targetTotal<kLanes, kPack>(r.targets, row, counts ? r.columns : 0) : 1.0f;
        const float logSum = logf(found.sum), inverse = 1.0f / found.sum;
        const int target = counts && r.targets.classes ? r.targets.classes[row] : -1;
        Team::template forColumns<kPack>(row < r.rows ? r.columns : 0, [&](int c) {
            float values[kPack] = {};
            if (counts) {
                float share[kPack];
                loadFloats(in + c, values);
                targetShares(r.targets, row, r.columns, target, c, share);
                TRAINYARD_UNROLL
                for (int k = 0; k < kPack; ++k) {
                    if (share[k] != 0.0f)
                        loss += static_cast<double>(share[k] * ((found.largest - values[k]) + logSum));
                    const float probability = expf(values[k] - found.largest) * inverse;
                    values[k] = kGradient ? factor * (total * probability - share[k]) : probability;
                }
            }
            if (out)
                storeFloats(out + row * r.columns + c, values);
        });
    }
    leaveSum(loss, r.partials, finish, r.scalars);
}

template <bool kGradient, typename In, typename Out>
Status launchCrossEntropy(cudaStream_t stream, const RowGrid &grid, const CrossEntropyRows &r, const MeanLoss &finish, const In *x, Out *out)
{
    TRAINYARD_CHECK(withLanes(grid.lanes, [&](auto lanes) {
        return withRowPack<In, Out>(r.columns, packsAligned(x, out, r.targets.weights), [&](auto pack) {
            return launch(stream, crossEntropy<kGradient, lanes(), pack(), In, Out>, grid.blocks, grid.threads, r, finish, x, out);
        });
    }));
    return finishSum(stream, grid.blocks, r.partials, finish, r.scalars);
}

// The op's step: inputs logits, targets, loss scale?; outputs loss, then gradient or probabilities.
template <bool kGradient>
StepResult makeCrossEntropyStep(StepRequest &request)
{
    const ValueId x = request.op.inputs[0], targets = request.op.inputs[1], lossScale = request.hasInput(2) ? request.op.inputs[2] : kNoValue;
    const ValueId loss = request.op.outputs[0], out = request.hasOutput(1) ? request.op.outputs[1] : kNoValue;
    TRAINYARD_TRY(const DType from, commonFloatType(request, {x}));
    const DType to = out == kNoValue ? (kGradient ? from : DType::F32) : request.outputType(1).dtype;
    if (to != (kGradient ? from : DType::F32))
        return fail(ErrorCode::Unsupported, "The GPU has no {} from {} to {}.", opSpec(request.op.kind).name, dtypeName(from), dtypeName(to));
    const Shape &shape = request.inputShape(0);
    const std::int64_t columns = shape.back(), rows = shape.elements() / columns, perRow = rows / shape[0];
    const bool indices = request.inputType(1).dtype == DType::I32;
    const float scale = request.attributes<LossAttributes>().scale;
    const RowGrid grid = rowGrid(rows, columns, true);
    request.scratchBytes = partialBytes(grid.blocks);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(from, [&](auto zero) {
            using In = decltype(zero);
            using Out = std::conditional_t<kGradient, In, float>;
            const CrossEntropyRows r{rows, perRow, static_cast<int>(columns), targetsAt(memory, targets, indices), memory.scalars,
                                     memory.at<float>(lossScale), reinterpret_cast<double *>(memory.scratch)};
            return launchCrossEntropy<kGradient>(stream, grid, r, MeanLoss{memory.at<float>(loss), scale, perRow}, memory.at<const In>(x),
                                                 memory.at<Out>(out));
        });
    });
}

}  // namespace trainyard::cuda
