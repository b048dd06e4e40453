#include <algorithm>

#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/step.h"
#include "engine/backends/cuda/tensor_chunks.h"
#include "engine/backends/cuda/value_types.h"
#include "engine/backends/cuda/vector_access.h"

namespace trainyard::cuda {

namespace {

// Arrays: where from, where to.
template <typename From, typename To>
__global__ void castTensors(const __grid_constant__ TensorChunks<2> chunks)
{
    constexpr int kPack = packElements<From, To>();
    const ChunkRange range = chunkRange(chunks, blockIdx.x);
    const From *from = static_cast<const From *>(chunks.arrays[0][range.tensor]);
    To *to = static_cast<To *>(chunks.arrays[1][range.tensor]);
    const bool aligned = (reinterpret_cast<std::uintptr_t>(from) | reinterpret_cast<std::uintptr_t>(to)) % kPackBytes == 0;
    const std::int64_t packedEnd = aligned ? range.begin + (range.end - range.begin) / kPack * kPack : range.begin;
    for (std::int64_t i = range.begin + threadIdx.x * kPack; i < packedEnd; i += blockDim.x * kPack) {
        float values[kPack];
        loadFloats(from + i, values);
        storeFloats(to + i, values);
    }
    for (std::int64_t i = packedEnd + threadIdx.x; i < range.end; i += blockDim.x)
        to[i] = fromFloat<To>(toFloat(from[i]));
}

// The tensors of one input type.
struct CastGroup {
    DType from;
    std::vector<ValueId> inputs, outputs;
    std::vector<std::int64_t> counts;
};

Status launchCast(const StepMemory &memory, cudaStream_t stream, const CastGroup &group, DType to)
{
    const auto pointer = [&](std::size_t i, int k) { return memory.at<void>(k == 0 ? group.inputs[i] : group.outputs[i]); };
    return withFloatType(group.from, [&](auto fromZero) {
        return withFloatType(to, [&](auto toZero) {
            return forTensorChunks<2>(group.counts, pointer, [&](const TensorChunks<2> &chunks, unsigned blocks) {
                return launch(stream, castTensors<decltype(fromZero), decltype(toZero)>, blocks, kBlockThreads, chunks);
            });
        });
    });
}

}  // namespace

StepResult makeCast(StepRequest &request)
{
    const DType to = request.attributes<CastAttributes>().to;
    std::vector<CastGroup> groups;
    for (std::size_t i = 0; i < request.op.inputs.size(); ++i) {
        const ValueId from = request.op.inputs[i], out = request.op.outputs[i];
        if (out == kNoValue)
            continue;
        TRAINYARD_TRY(const DType dtype, commonFloatType(request, {from}));
        if (request.layouts[static_cast<std::size_t>(from)] != request.layouts[static_cast<std::size_t>(out)])
            return fail(ErrorCode::Unsupported, "The GPU casts only where both values lie in one layout.");
        auto group = std::find_if(groups.begin(), groups.end(), [&](const CastGroup &g) { return g.from == dtype; });
        if (group == groups.end())
            group = groups.insert(groups.end(), CastGroup{dtype, {}, {}, {}});
        group->inputs.push_back(from);
        group->outputs.push_back(out);
        group->counts.push_back(request.inputShape(i).elements());
    }
    return makeKernelStep([groups, to](const StepMemory &memory, cudaStream_t stream) -> Status {
        for (const CastGroup &group : groups)
            TRAINYARD_CHECK(launchCast(memory, stream, group, to));
        return {};
    });
}

}  // namespace trainyard::cuda
