// One pass over all parameters with their gradients and states, all float32: what optimizers do.
//
// A rule has kArrays (values per element), kWritten (one bit for each that is written back) and
// operator()(float (&values)[kArrays]); begin() as in elementwise.h.
#pragma once

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

// `arrays` values for each tensor from input `first` on. Errors: Unsupported, where they differ in type or layout.
inline Result<UpdatedTensors> updatedTensors(const StepRequest &request, std::size_t first, std::size_t inputsPerTensor, std::size_t arrays)
{
    UpdatedTensors tensors;
    for (std::size_t i = first; i + inputsPerTensor <= request.op.inputs.size(); i += inputsPerTensor) {
        for (std::size_t a = 0; a < arrays; ++a) {
            const ValueId id = request.op.inputs[i + a];
            const auto layoutOf = [&](ValueId value) { return request.layouts[static_cast<std::size_t>(value)]; };
            if (id == kNoValue || request.inputType(i + a).dtype != DType::F32 || layoutOf(id) != layoutOf(request.op.inputs[i])
                || request.inputShape(i + a).elements() != request.inputShape(i).elements())
                return fail(ErrorCode::Unsupported, "{} on the GPU needs parameters, gradients and states as float32 in one layout.",
                            opSpec(request.op.kind).name);
            tensors.values.push_back(id);
        }
        tensors.counts.push_back(request.inputShape(i).elements());
    }
    return tensors;
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

}  // namespace trainyard::cuda
