// Softmax cross-entropy over rows of logits: its loss together with the probabilities, or with its gradient at once.
#pragma once

#include "engine/backends/cuda/softmax_rows.h"
#include "engine/backends/cuda/summed_up.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

// One of both: a class for each row, or a number for each entry.
struct CrossEntropyTargets {
    const std::int32_t *classes = nullptr;
    const float *numbers = nullptr;
    const float *weights = nullptr;  // of the classes; null: all 1
    float smoothing = 0.0f;
    std::int32_t ignoreIndex = -1;

    __device__ bool ignored(std::int64_t row) const { return classes && ignoreIndex >= 0 && classes[row] == ignoreIndex; }
    __device__ bool plain() const { return classes && smoothing == 0.0f && !weights; }
};

struct CrossEntropyInputs {
    ValueId targets = kNoValue, weights = kNoValue;
    bool indices = false;
    LossAttributes attributes;

    CrossEntropyInputs(const StepRequest &request, std::size_t weightsInput)
        : targets(request.op.inputs[1]), weights(request.hasInput(weightsInput) ? request.op.inputs[weightsInput] : kNoValue),
          indices(request.inputType(1).dtype == DType::I32), attributes(request.attributes<LossAttributes>())
    {
    }
    CrossEntropyTargets at(const StepMemory &memory) const
    {
        return {indices ? memory.at<std::int32_t>(targets) : nullptr, indices ? nullptr : memory.at<float>(targets), memory.at<float>(weights),
                attributes.labelSmoothing, attributes.ignoreIndex};
    }
    // Whether the mean is divided by something else than the number of positions.
    bool hasDivisor() const { return indices && (weights != kNoValue || attributes.ignoreIndex >= 0); }
};

// The sum of the targets' own weights over the positions that count.
struct StoreDivisor {
    double *divisor;
    __device__ void operator()(double total, const StepScalars &) const { *divisor = total; }
};

static __global__ void sumTargetWeights(CrossEntropyTargets targets, std::int64_t perRow, double *partials, StoreDivisor finish, const StepScalars *scalars)
{
    const std::int64_t valid = scalars->validRows * perRow, stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    double mine = 0;
    for (std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; row < valid; row += stride)
        if (!targets.ignored(row))
            mine += targets.weights ? static_cast<double>(targets.weights[targets.classes[row]]) : 1.0;
    leaveSum(mine, partials, finish, scalars);
}

// Scratch of the divisor: the sum, then the partial sums it is made of.
struct DivisorPlan {
    bool wanted = false;
    SumGrid grid;
    std::uint64_t bytes() const { return wanted ? sizeof(double) + partialBytes(grid.blocks) : 0; }

    DivisorPlan(const CrossEntropyInputs &inputs, std::int64_t rows) : wanted(inputs.hasDivisor()), grid(sumGrid(rows)) {}

    // Gives where the divisor will lie; null where there is none.
    Result<const double *> enqueue(const CrossEntropyTargets &targets, std::int64_t perRow, double *scratch, const StepScalars *scalars,
                                   cudaStream_t stream) const
    {
        if (!wanted)
            return nullptr;
        const StoreDivisor finish{scratch};
        TRAINYARD_CHECK(launch(stream, sumTargetWeights, grid.blocks, grid.threads, targets, perRow, scratch + 1, finish, scalars));
        TRAINYARD_CHECK(finishSum(stream, grid.blocks, scratch + 1, finish, scalars));
        return scratch;
    }
};

// u of columns c to c + kPack - 1 of a row (see the op's file).
template <int kPack>
__device__ inline void targetShares(const CrossEntropyTargets &targets, std::int64_t row, int columns, int target, int c, float (&share)[kPack])
{
    if (targets.classes) {
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            share[k] = c + k == target ? 1.0f : 0.0f;
    } else {
        loadFloats(targets.numbers + row * columns + c, share);
    }
    if (targets.smoothing > 0) {
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            share[k] = (1.0f - targets.smoothing) * share[k] + targets.smoothing / static_cast<float>(columns);
    }
    if (targets.weights) {
        float weights[kPack];
        loadFloats(targets.weights + c, weights);
        TRAINYARD_UNROLL
        for (int k = 0; k < kPack; ++k)
            share[k] *= weights[k];
    }
}

// The sum of a row's shares, for every lane of the team. width 0: the team has no row.
template <int kLanes, int kPack>
__device__ inline float targetTotal(const CrossEntropyTargets &targets, std::int64_t row, int width, int target)
{
    if (targets.plain())
        return 1.0f;
    float total = 0;
    RowTeam<kLanes>::template forColumns<kPack>(width, [&](int c) {
        float share[kPack];
        targetShares(targets, row, width, target, c, share);
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
    const double *divisor;  // of the mean; null: the positions that count

    __device__ float factor(float scale) const
    {
        const double by = divisor ? *divisor : static_cast<double>(scalars->validRows * perRow);
        return by > 0 ? scale * (lossScale ? *lossScale : 1.0f) / static_cast<float>(by) : 0.0f;
    }
};

// out: the gradient, or the probabilities where wanted. It may be where x is.
template <bool kGradient, int kLanes, int kPack, typename In, typename Out>
__global__ void __launch_bounds__(kMostTeamThreads<kLanes>) crossEntropy(CrossEntropyRows r, MeanLoss finish, const In *x, Out *out)
{
    using Team = RowTeam<kLanes>;
    const std::int64_t valid = r.scalars->validRows * r.perRow;
    const float factor = r.factor(finish.scale);
    double loss = 0;
    for (std::int64_t round = Team::firstRow(); round < r.rows; round += Team::rowStride()) {
        const std::int64_t row = round + Team::index();
        const bool counts = row < valid && row < r.rows && !r.targets.ignored(row);
        const In *in = x + row * r.columns;
        const LargestAndSum found = largestAndSum<kLanes, kPack>(in, counts ? r.columns : 0);
        const int target = counts && r.targets.classes ? r.targets.classes[row] : -1;
        // The shares need not sum to one: d/dx of sum_c u_c (log sum exp x - x_c).
        const float total = kGradient ? targetTotal<kLanes, kPack>(r.targets, row, counts ? r.columns : 0, target) : 1.0f;
        const float logSum = logf(found.sum), inverse = 1.0f / found.sum;
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
        return withRowPack<In, Out>(r.columns, packsAligned(x, out, r.targets.numbers, r.targets.weights), [&](auto pack) {
            return launch(stream, crossEntropy<kGradient, lanes(), pack(), In, Out>, grid.blocks, grid.threads, r, finish, x, out);
        });
    }));
    return finishSum(stream, grid.blocks, r.partials, finish, r.scalars);
}

// The op's step: inputs logits, targets, loss scale? of the op with the gradient, class weights?; outputs loss, then gradient or
// probabilities.
template <bool kGradient>
StepResult makeCrossEntropyStep(StepRequest &request)
{
    const ValueId x = request.op.inputs[0], lossScale = kGradient && request.hasInput(2) ? request.op.inputs[2] : kNoValue;
    const ValueId loss = request.op.outputs[0], out = request.hasOutput(1) ? request.op.outputs[1] : kNoValue;
    TRAINYARD_TRY(const DType from, commonFloatType(request, {x}));
    const DType to = out == kNoValue ? (kGradient ? from : DType::F32) : request.outputType(1).dtype;
    if (to != (kGradient ? from : DType::F32))
        return fail(ErrorCode::Unsupported, "The GPU has no {} from {} to {}.", opSpec(request.op.kind).name, dtypeName(from), dtypeName(to));
    const Shape &shape = request.inputShape(0);
    const std::int64_t columns = shape.back(), rows = shape.elements() / columns, perRow = rows / shape[0];
    const CrossEntropyInputs inputs(request, kGradient ? 3 : 2);
    const float scale = inputs.attributes.scale;
    const RowGrid grid = rowGrid(rows, columns, true);
    const DivisorPlan plan(inputs, rows);
    request.scratchBytes = partialBytes(grid.blocks) + plan.bytes();
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) -> Status {
        const CrossEntropyTargets targets = inputs.at(memory);
        double *partials = reinterpret_cast<double *>(memory.scratch);
        TRAINYARD_TRY(const double *divisor, plan.enqueue(targets, perRow, partials + partialBytes(grid.blocks) / sizeof(double), memory.scalars, stream));
        return withFloatType(from, [&](auto zero) {
            using In = decltype(zero);
            using Out = std::conditional_t<kGradient, In, float>;
            const CrossEntropyRows r{rows, perRow, static_cast<int>(columns), targets, memory.scalars,
                                     memory.at<float>(lossScale), partials, divisor};
            return launchCrossEntropy<kGradient>(stream, grid, r, MeanLoss{memory.at<float>(loss), scale, perRow, divisor}, memory.at<const In>(x),
                                                 memory.at<Out>(out));
        });
    });
}

}  // namespace trainyard::cuda
