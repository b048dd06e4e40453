// One pass over all parameters with their gradients and states, all float32: what optimizers do.
//
// A rule has kArrays (values per element), kWritten (one bit for each that is written back) and
// operator()(float (&values)[kArrays]); begin() as in elementwise.h.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include "engine/backends/cuda/elementwise.h"
#include "engine/backends/cuda/step.h"
#include "engine/backends/cuda/tensor_chunks.h"

namespace trainyard::cuda {

template <int kPack, typename Rule, int kArrays>
__device__ inline void updatePack(const Rule &rule, float *const (&arrays)[kArrays], std::int64_t at)
{
    float values[kArrays][kPack];
    TRAINYARD_UNROLL
    for (int a = 0; a < kArrays; ++a)
        loadFloats(arrays[a] + at, values[a]);
    TRAINYARD_UNROLL
    for (int k = 0; k < kPack; ++k) {
        float element[kArrays];
        TRAINYARD_UNROLL
        for (int a = 0; a < kArrays; ++a)
            element[a] = values[a][k];
        rule(element);
        TRAINYARD_UNROLL
        for (int a = 0; a < kArrays; ++a)
            values[a][k] = element[a];
    }
    TRAINYARD_UNROLL
    for (int a = 0; a < kArrays; ++a)
        if ((Rule::kWritten >> a & 1) != 0)
            storeFloats(arrays[a] + at, values[a]);
}

// skip: nothing happens where it is set; null: it never is.
template <typename Rule>
__global__ void updateTensors(const __grid_constant__ TensorChunks<Rule::kArrays> chunks, Rule rule, const float *skip)
{
    constexpr int kArrays = Rule::kArrays, kPack = packElements<float>();
    if (skip && *skip != 0.0f)
        return;
    const auto ready = readyFunction(rule);
    const ChunkRange range = chunkRange(chunks, blockIdx.x);
    float *arrays[kArrays];
    bool aligned = true;
    for (int a = 0; a < kArrays; ++a) {
        arrays[a] = static_cast<float *>(chunks.arrays[a][range.tensor]);
        aligned = aligned && reinterpret_cast<std::uintptr_t>(arrays[a]) % kPackBytes == 0;
    }
    const std::int64_t packedEnd = aligned ? range.begin + (range.end - range.begin) / kPack * kPack : range.begin;
    for (std::int64_t i = range.begin + threadIdx.x * kPack; i < packedEnd; i += blockDim.x * kPack)
        updatePack<kPack>(ready, arrays, i);
    for (std::int64_t i = packedEnd + threadIdx.x; i < range.end; i += blockDim.x)
        updatePack<1>(ready, arrays, i);
}

// The tensors an update goes over, by the op's inputs.
struct UpdatedTensors {
    std::vector<ValueId> values;  // kArrays for each tensor
    std::vector<std::int64_t> counts;
};

// The first `arrays` values that are there of each tensor's inputs, which begin at input `first`. Errors: Unsupported, where they
// differ in type or layout.
inline Result<UpdatedTensors> updatedTensors(const StepRequest &request, std::size_t first, std::size_t inputsPerTensor, std::size_t arrays)
{
    UpdatedTensors tensors;
    const auto layoutOf = [&](ValueId value) { return request.layouts[static_cast<std::size_t>(value)]; };
    for (std::size_t i = first; i + inputsPerTensor <= request.op.inputs.size(); i += inputsPerTensor) {
        std::size_t found = 0;
        for (std::size_t a = 0; a < inputsPerTensor && found < arrays; ++a) {
            const ValueId id = request.op.inputs[i + a];
            if (id == kNoValue)
                continue;
            ++found;
            if (request.inputType(i + a).dtype != DType::F32 || layoutOf(id) != layoutOf(request.op.inputs[i])
                || request.inputShape(i + a).elements() != request.inputShape(i).elements())
                break;
            tensors.values.push_back(id);
        }
        tensors.counts.push_back(request.inputShape(i).elements());
        if (tensors.values.size() != arrays * tensors.counts.size())
            return fail(ErrorCode::Unsupported, "{} on the GPU needs parameters, gradients and states as float32 in one layout.",
                        opSpec(request.op.kind).name);
    }
    return tensors;
}

// Of an update with `common` inputs behind the last group, beside the loss scale; kNoValue in programs without one.
inline ValueId lossScaleOf(const StepRequest &request, std::size_t common = 0)
{
    const std::size_t over = request.op.inputs.size() % opSpec(request.op.kind).inputsPerTensor;
    return over == common + 1 ? request.op.inputs.back() : kNoValue;
}

// Where the flag of a gradient that was not finite lies; null without loss scale.
inline const float *skipFlag(const StepMemory &memory, ValueId lossScale)
{
    const float *state = memory.at<float>(lossScale);
    return state ? state + 2 : nullptr;
}

// Errors: Internal with CUDA's text.
template <typename Rule>
Status launchUpdate(cudaStream_t stream, const StepMemory &memory, const UpdatedTensors &tensors, const Rule &rule, const float *skip)
{
    constexpr int kArrays = Rule::kArrays;
    return forTensorChunks<kArrays>(
        tensors.counts, [&](std::size_t i, int a) { return memory.at<void>(tensors.values[i * kArrays + static_cast<std::size_t>(a)]); },
        [&](const TensorChunks<kArrays> &chunks, unsigned blocks) {
            return launch(stream, updateTensors<Rule>, blocks, kBlockThreads, chunks, rule, skip);
        });
}

// For 1 - beta^t as -expm1(t log beta): exact to float32's last bits from the first step on, without double.
inline float logOf(float beta)
{
    return static_cast<float>(std::log(static_cast<double>(beta)));
}

// A step that is one launchUpdate() with rule(memory). Errors: as updatedTensors().
template <typename MakeRule>
StepResult makeUpdateStep(const StepRequest &request, const MakeRule &makeRule, std::size_t common = 0)
{
    using Rule = decltype(makeRule(std::declval<const StepMemory &>()));
    TRAINYARD_TRY(auto tensors, updatedTensors(request, 0, opSpec(request.op.kind).inputsPerTensor, Rule::kArrays));
    return makeKernelStep([=, lossScale = lossScaleOf(request, common), tensors = std::move(tensors)](const StepMemory &memory, cudaStream_t stream) {
        return launchUpdate(stream, memory, tensors, makeRule(memory), skipFlag(memory, lossScale));
    });
}

}  // namespace trainyard::cuda
